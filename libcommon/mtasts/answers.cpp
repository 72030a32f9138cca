#include "mtasts/answers.hpp"

#include <algorithm>
#include <utility>

#include "socketmap/protocol.hpp"

namespace sm::mtasts {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds warn_every{3'600'000};
constexpr std::size_t overhead = 320;  // octets of an entry besides its text: nodes, buckets, the heap's own

std::size_t size_of(std::string_view next_hop, std::string_view reply, std::string_view mark) {
  return overhead + next_hop.size() + reply.size() + mark.size();
}

// The policy domain: a next hop without brackets and port.
std::string_view domain_of(std::string_view next_hop) {
  if (next_hop.starts_with('[')) return next_hop.substr(1, next_hop.find(']') - 1);
  return next_hop.substr(0, next_hop.find(':'));
}

// As a log shows it: the reply without the netstring around it.
std::string shown(std::string_view reply) {
  reply.remove_prefix(reply.find(':') + 1);
  reply.remove_suffix(1);
  if (reply.starts_with("OK ")) return "\"" + std::string(reply.substr(3)) + "\"";
  return "no policy";
}

}  // namespace

std::string reply_of(const Delivery& delivery) {
  switch (delivery.kind) {
    case Delivery::Kind::policy:
      return socketmap::reply(socketmap::Status::ok, delivery.value);
    case Delivery::Kind::none:
      return socketmap::reply(socketmap::Status::not_found);
    case Delivery::Kind::temporary:
      break;
  }
  return socketmap::reply(socketmap::Status::temporary, delivery.reason);
}

Answers::Answers(Cache& cache, Ask ask, Ticks ticks, const AnswersLimits& limits, Log log)
    : cache_(cache), ask_(std::move(ask)), ticks_(std::move(ticks)), limits_(limits), log_(std::move(log)) {}

void Answers::count(Delivery::Kind kind, milliseconds took) {
  ++counts_.by_kind[static_cast<std::size_t>(kind)];
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bound = std::ranges::find_if(latency_bounds, [&](double most) { return seconds <= most; });
  ++counts_.latency[static_cast<std::size_t>(bound - latency_bounds.begin())];
  counts_.latency_sum += seconds;
}

std::uint64_t Answers::version_of_cache() {
  const auto now = ticks_();
  if (looked_ && now < *looked_ + limits_.version_every) return version_;
  looked_ = now;
  // A cache that can't say, for a lock or the like, takes nothing away from what holds for its own time anyway.
  if (const auto version = cache_.version()) version_ = *version;
  return version_;
}

bool Answers::still_holds(std::string_view next_hop, Ready& entry) {
  const std::uint64_t version = version_of_cache();
  if (entry.version == version) return true;
  const auto cached = cache_.find(domain_of(next_hop));
  if (!cached) return true;
  if (mark_of(*cached) != entry.mark) {
    ++counts_.dropped;
    entry.until = milliseconds::zero();
    return false;
  }
  entry.version = version;
  return true;
}

std::optional<std::string_view> Answers::ready(std::string_view next_hop) {
  const auto found = ready_.find(next_hop);
  if (found == ready_.end()) return std::nullopt;
  Ready& entry = found->second;
  if (ticks_() >= entry.until || !still_holds(next_hop, entry)) return std::nullopt;
  by_use_.splice(by_use_.end(), by_use_, entry.place);
  ++counts_.ready;
  count(entry.kind, milliseconds::zero());
  return entry.reply;
}

std::optional<std::string_view> Answers::ask(const std::string& next_hop, Done done) {
  if (const auto reply = ready(next_hop)) return reply;
  const auto now = ticks_();
  auto found = lookups_.find(next_hop);
  if (found != lookups_.end()) {
    ++counts_.shared;
  } else {
    if (queue_.size() >= limits_.waiting) {
      ++counts_.refused;
      count(Delivery::Kind::temporary, milliseconds::zero());
      refusal_ = socketmap::reply(socketmap::Status::temporary, "too many domains are being looked up");
      return refusal_;
    }
    lookups_.try_emplace(next_hop);
    queue_.push_back(next_hop);
    start_waiting();
    found = lookups_.find(next_hop);
    if (found == lookups_.end()) {
      // It could be known without waiting.
      const Ready& entry = ready_.find(next_hop)->second;
      count(entry.kind, milliseconds::zero());
      return entry.reply;
    }
  }
  const std::uint64_t number = next_++;
  found->second.waiters.push_back({.number = number, .since = now, .done = std::move(done)});
  deadlines_.push_back({.when = now + limits_.deadline, .next_hop = next_hop, .waiter = number});
  return std::nullopt;
}

void Answers::start(const std::string& next_hop, LookUp& look_up) {
  look_up.started = true;
  look_up.number = next_++;
  // Before: what another process writes from now on may be missed by what is found now.
  look_up.version = version_of_cache();
  ++started_;
  ++counts_.lookups;
  ask_(next_hop,
       [this, next_hop, number = look_up.number](const Delivery& delivery) { finish(next_hop, number, delivery); });
}

void Answers::start_waiting() {
  if (std::exchange(starting_, true)) return;
  while (started_ < limits_.open && !queue_.empty()) {
    const std::string next_hop = std::move(queue_.front());
    queue_.pop_front();
    // All who asked for it may have been told otherwise since.
    const auto found = lookups_.find(next_hop);
    if (found != lookups_.end() && !found->second.started) start(next_hop, found->second);
  }
  starting_ = false;
}

void Answers::finish(const std::string& next_hop, std::uint64_t number, const Delivery& delivery) {
  const auto found = lookups_.find(next_hop);
  if (found == lookups_.end() || !found->second.started || found->second.number != number) return;
  const LookUp ended = std::move(found->second);
  lookups_.erase(found);
  --started_;
  if (!delivery.code.empty()) ++counts_.failures[delivery.code];
  const Ready& entry = keep(next_hop, delivery, ended.version);
  const auto now = ticks_();
  for (const Waiter& waiter : ended.waiters) {
    count(entry.kind, now - waiter.since);
    waiter.done(entry.reply);
  }
  forget_deadlines();
  start_waiting();
}

Answers::Ready& Answers::keep(const std::string& next_hop, const Delivery& delivery, std::uint64_t version) {
  const auto [found, is_new] = ready_.try_emplace(next_hop);
  Ready& entry = found->second;
  if (is_new) {
    entry.place = by_use_.insert(by_use_.end(), found->first);
  } else {
    memory_ -= size_of(next_hop, entry.reply, entry.mark) + entry.before.size();
    by_use_.splice(by_use_.end(), by_use_, entry.place);
  }
  const bool failed = delivery.kind == Delivery::Kind::temporary;
  std::string was = is_new                                    ? std::string()
                    : entry.kind == Delivery::Kind::temporary ? std::move(entry.before)
                                                              : std::move(entry.reply);
  const auto now = ticks_();
  entry.reply = reply_of(delivery);
  entry.mark = delivery.mark;
  entry.kind = delivery.kind;
  entry.version = version;
  entry.until = now + std::chrono::seconds(std::clamp<std::int64_t>(delivery.holds, 1, max_max_age));
  if (!failed && !was.empty() && was != entry.reply)
    log_(next_hop + ": it was " + shown(was) + ", and is " + shown(entry.reply));
  entry.before = failed ? std::move(was) : std::string();
  memory_ += size_of(next_hop, entry.reply, entry.mark) + entry.before.size();

  const bool has_to_say = failed || !delivery.warnings.empty();
  if (has_to_say && (entry.warned == milliseconds::zero() || now >= entry.warned + warn_every)) {
    entry.warned = now;
    if (failed) log_(next_hop + ": nothing is known, and mail waits: " + delivery.reason);
    for (const std::string& warning : delivery.warnings) log_(std::string(next_hop).append(": ").append(warning));
  }
  counts_.warnings += delivery.warnings.size();
  make_room(next_hop);
  return entry;
}

void Answers::make_room(std::string_view but) {
  while (memory_ > limits_.memory && by_use_.front() != but) {
    const auto found = ready_.find(by_use_.front());
    memory_ -= size_of(found->first, found->second.reply, found->second.mark) + found->second.before.size();
    by_use_.pop_front();
    ready_.erase(found);
  }
}

void Answers::forget_deadlines() {
  const auto is_answered = [this](const Deadline& deadline) {
    const auto found = lookups_.find(deadline.next_hop);
    return found == lookups_.end() || found->second.waiters.empty() ||
           found->second.waiters.front().number > deadline.waiter;
  };
  while (!deadlines_.empty() && is_answered(deadlines_.front())) deadlines_.pop_front();
}

void Answers::expire() {
  const auto now = ticks_();
  for (forget_deadlines(); !deadlines_.empty() && deadlines_.front().when <= now; forget_deadlines()) {
    const auto found = lookups_.find(deadlines_.front().next_hop);
    deadlines_.pop_front();
    const Waiter waiter = std::move(found->second.waiters.front());
    found->second.waiters.pop_front();
    ++counts_.late;
    count(Delivery::Kind::temporary, now - waiter.since);
    waiter.done(socketmap::reply(socketmap::Status::temporary, "no answer in time; it is still being looked for"));
    // For nobody nothing need be begun.
    if (!found->second.started && found->second.waiters.empty()) lookups_.erase(found);
  }
}

int Answers::timeout() const {
  if (deadlines_.empty()) return -1;
  return static_cast<int>(std::clamp<std::int64_t>((deadlines_.front().when - ticks_()).count(), 0, 60'000));
}

void Answers::begin_anew(Ask ask) {
  ask_ = std::move(ask);
  for (auto& [next_hop, entry] : ready_) entry.until = milliseconds::zero();
  for (auto& [next_hop, look_up] : lookups_) {
    if (!std::exchange(look_up.started, false)) continue;
    --started_;
    queue_.push_front(next_hop);
  }
  start_waiting();
}

}  // namespace sm::mtasts
