#include "mtasts/keeper.hpp"

#include <algorithm>

#include "base/primitives.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/time.hpp"

namespace sm::mtasts {
namespace {

std::string hash_of(std::string_view body) {
  const auto digest = sha256(body);
  return hex_lower(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// What the cache has that counts now (§3.3). A body that can't be read any more is as good as none.
std::optional<Policy> valid_policy(const std::optional<Entry>& entry, std::int64_t now) {
  if (!entry || !entry->is_valid(now)) return std::nullopt;
  return read_policy(entry->body).policy;
}

// How many seconds are left until a policy may be fetched by this id; 0: now (§3.3: "limit further attempts to a period
// of five minutes or longer per version ID").
std::int64_t left_to_wait(const std::optional<Entry>& entry, std::string_view id, std::int64_t now) {
  if (!entry || !entry->failure || entry->failure->id != id) return 0;
  const std::int64_t since = now - entry->failure->when;
  // A clock that was set back must not keep us waiting.
  return since < 0 || since >= retry_after ? 0 : retry_after - since;
}

Error error_of(const Failure& failure) {
  return fail(ErrorKind::temporary, failure.code,
              "the last try, at " + rfc3339(failure.when) + ", has failed: " + failure.message)
      .error;
}

}  // namespace

std::int64_t due_at(const Entry& entry) {
  return entry.fetched + std::min(refresh_after, (entry.expires - entry.fetched) / 2);
}

struct Keeper::Job {
  dns::Name name;
  Aim aim{};
  std::vector<Done> askers;
  Standing standing;
  std::optional<Error> broken;  // the cache

  void hold_at_most(std::int64_t seconds) {
    standing.holds = std::clamp<std::int64_t>(seconds, 1, std::max<std::int64_t>(standing.holds, 1));
  }
  // To what is cached, or to nothing.
  void fall_back(std::int64_t now) {
    standing.policy = valid_policy(standing.entry, now);
    standing.from = standing.policy ? Standing::From::cache : Standing::From::none;
    if (standing.policy) hold_at_most(standing.entry->expires - now);
  }
};

Keeper::Keeper(const KeeperPorts& ports, const KeeperOptions& options) : ports_(ports), options_(options) {}

void Keeper::policy_of(const dns::Name& domain, Done done) {
  begin(domain, Aim::answer, std::move(done));
}

void Keeper::refresh(const dns::Name& domain, Done done) {
  begin(domain, Aim::refresh, std::move(done));
}

void Keeper::begin(const dns::Name& domain, Aim aim, Done done) {
  const auto [found, is_new] = jobs_.try_emplace({domain, aim});
  if (!is_new) return found->second->askers.push_back(std::move(done));
  const auto job = std::make_shared<Job>();
  found->second = job;
  job->name = domain;
  job->aim = aim;
  job->askers.push_back(std::move(done));
  job->standing.domain = lower(domain.text());
  job->standing.holds = day;
  ask_record(ports_.resolver, domain, options_.dns_timeout,
             [this, job](const RecordAnswer& answer) { take_record(job, answer); });
}

void Keeper::take_record(const std::shared_ptr<Job>& job, const RecordAnswer& answer) {
  Standing& standing = job->standing;
  auto cached = ports_.cache.find(standing.domain);
  // What is damaged is fetched anew by the one whose business that is.
  if (!cached && cached.error().code == damaged_entry && job->aim == Aim::refresh) {
    standing.warnings.push_back(cached.error().message);
    cached = std::optional<Entry>();
  }
  if (!cached) {
    job->broken = std::move(cached).error();
    return finish(job);
  }
  standing.entry = *std::move(cached);
  standing.record = answer.state;
  if (answer.record) standing.record_id = answer.record->id;
  const std::int64_t now = ports_.clock.now();

  if (answer.state == RecordState::unknown) {
    job->hold_at_most(ask_again_after);
    fail_with(*job, answer.error.value(), job->aim == Aim::refresh);
    return finish(job);
  }
  job->hold_at_most(answer.answer.ttl);
  if (answer.state != RecordState::found) {
    // The lack of a record ends the discovery, and not the life of a policy (§3.1).
    standing.error = answer.error;
    const bool lost = job->aim == Aim::refresh && standing.entry && standing.entry->has_policy();
    if (!standing.error && lost)
      standing.error =
          fail(ErrorKind::temporary, "mtasts.no-record", "there is no record _mta-sts." + standing.domain + " any more")
              .error;
    if (lost)
      fail_with(*job, Error(*standing.error), true);
    else
      job->fall_back(now);
    return finish(job);
  }

  const bool stands = standing.entry && standing.entry->id == standing.record_id && valid_policy(standing.entry, now);
  const std::int64_t wait = left_to_wait(standing.entry, standing.record_id, now);
  if (stands && job->aim == Aim::answer) {
    job->fall_back(now);
    if (options_.write && wait == 0 && now >= due_at(*standing.entry)) fetch_behind(*job);
    return finish(job);
  }
  if (wait == 0) return fetch(job);
  standing.error = error_of(*standing.entry->failure);
  job->hold_at_most(wait);
  job->fall_back(now);
  finish(job);
}

void Keeper::fetch(const std::shared_ptr<Job>& job) {
  fetch_policy(ports_.client, job->name, options_.named, options_.fetch_timeout, [this, job](PolicyAnswer answer) {
    if (answer.policy) {
      keep(*job, std::move(answer));
    } else {
      job->hold_at_most(retry_after);
      fail_with(*job, answer.error.value(), true);
    }
    finish(job);
  });
}

// Nobody waits for it: a policy host that is slow delays no mail.
void Keeper::fetch_behind(const Job& job) {
  if (!behind_.insert(job.name).second) return;
  const auto copy = std::make_shared<Job>(job);
  copy->askers.clear();
  fetch_policy(ports_.client, job.name, options_.named, options_.fetch_timeout, [this, copy](PolicyAnswer answer) {
    behind_.erase(copy->name);
    copy->standing.warnings.clear();
    if (answer.policy)
      keep(*copy, std::move(answer));
    else
      fail_with(*copy, answer.error.value(), true);
    if (!copy->standing.warnings.empty()) unsaid_[copy->name] = std::move(copy->standing.warnings);
  });
}

void Keeper::keep(Job& job, PolicyAnswer answer) {
  Standing& standing = job.standing;
  const std::int64_t now = ports_.clock.now();
  Entry entry{.domain = standing.domain,
              .id = standing.record_id,
              .body = std::move(answer.body),
              .body_hash = {},
              .fetched = now,
              .expires = now + answer.policy->max_age,
              .failure = {}};
  entry.body_hash = hash_of(entry.body);
  // As it is now: another process may have been here, and have said what is to be said.
  if (auto cached = ports_.cache.find(standing.domain)) standing.entry = *std::move(cached);
  if (standing.entry && standing.entry->has_policy()) {
    const bool same_id = standing.entry->id == entry.id;
    const bool same_body = standing.entry->body_hash == entry.body_hash;
    if (same_id && !same_body)
      standing.warnings.push_back("the policy has changed and its id, \"" + entry.id +
                                  "\", has not: senders that look at the id don't see it");
    if (!same_id && same_body)
      standing.warnings.push_back("the id has changed, to \"" + entry.id + "\", and the policy has not");
  }
  if (options_.write) {
    if (auto put = ports_.cache.put(entry); !put) {
      standing.warnings.push_back("the policy can't be kept: " + put.error().message);
      standing.error = std::move(put).error();
    }
  }
  standing.entry = std::move(entry);
  standing.policy = std::move(answer.policy);
  standing.from = Standing::From::network;
  job.hold_at_most(standing.policy->max_age);
}

// `is_refresh`: a policy was to be fetched, or looked for by the one whose business that is. Then it is noted, and
// whoever has a policy to lose is told (§10.2).
void Keeper::fail_with(Job& job, Error error, bool is_refresh) {
  Standing& standing = job.standing;
  const std::int64_t now = ports_.clock.now();
  if (is_refresh) {
    const Failure failure{.when = now, .code = error.code, .message = error.message, .id = standing.record_id};
    // As it is now: another process may have had more luck.
    if (auto cached = ports_.cache.find(standing.domain)) standing.entry = *std::move(cached);
    // What is not there, and whose record is not either, is nothing to be kept.
    const bool noted = standing.entry.has_value() || !failure.id.empty();
    if (noted && !standing.entry) standing.entry = Entry{.domain = standing.domain};
    if (noted) standing.entry->failure = failure;
    if (noted && options_.write)
      if (const auto put = ports_.cache.put_failure(standing.domain, failure); !put)
        standing.warnings.push_back("the failure can't be noted: " + put.error().message);
  }
  standing.error = std::move(error);
  job.fall_back(now);
  if (is_refresh && standing.policy && standing.policy->mode != Mode::none)
    standing.warnings.push_back("the policy can't be refreshed, and counts until " + rfc3339(standing.entry->expires) +
                                ": " + standing.error->message);
}

void Keeper::finish(const std::shared_ptr<Job>& job) {
  // First: who is called back may ask again.
  jobs_.erase({job->name, job->aim});
  Standing& standing = job->standing;
  if (const auto unsaid = unsaid_.find(job->name); unsaid != unsaid_.end()) {
    std::ranges::move(unsaid->second, std::back_inserter(standing.warnings));
    unsaid_.erase(unsaid);
  }
  const std::vector<Done> askers = std::move(job->askers);
  for (const Done& done : askers) {
    if (job->broken)
      done(Unexpected{*job->broken});
    else
      done(standing);
  }
}

}  // namespace sm::mtasts
