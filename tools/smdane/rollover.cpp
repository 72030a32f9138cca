#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "backend/tls/material.hpp"
#include "base/primitives.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "dane/rollover.hpp"
#include "files.hpp"
#include "io/atomic_file.hpp"
#include "io/descriptor.hpp"
#include "json/line.hpp"
#include "resolver/options.hpp"
#include "servers.hpp"
#include "service.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smdane {
namespace {

using dane::Published;
using dns::Outcome;
using dns::Security;

constexpr std::size_t window = 20;
constexpr mode_t state_mode = 0644;

enum class Verdict { safe, wait, not_published, not_tested };

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::safe:
      return "safe";
    case Verdict::wait:
      return "wait";
    case Verdict::not_published:
      return "not-published";
    case Verdict::not_tested:
      return "not-tested";
  }
  return "";
}

int status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::safe:
      return cli::exit_yes;
    case Verdict::not_published:
      return cli::exit_no;
    default:
      return cli::exit_temporary;
  }
}

struct ServerState {
  std::string server;
  std::string address;
  std::string_view state;  // of Published, or "not-tested"
  std::string reason;      // untrusted
};

struct Rollover {
  Verdict verdict = Verdict::not_tested;
  std::string reason;  // untrusted
  std::vector<ServerState> servers;
  // The least of what all servers have: safe only if the next certificate has the same issuer, or is this very one.
  Published found = Published::both;
  std::optional<dane::Waiting> waiting;
};

// What stands in the way before any server is asked. RFC 7672 §2.2: records that are not secure protect nothing.
std::optional<Rollover> obstacle(const dns::Answer& answer) {
  if (answer.security == Security::bogus) return Rollover{.verdict = Verdict::not_published, .reason = answer.reason};
  if (answer.outcome == Outcome::failed || answer.security == Security::indeterminate)
    return Rollover{.verdict = Verdict::not_tested, .reason = answer.reason};
  if (!answer.secure())
    return Rollover{.verdict = Verdict::not_published, .reason = "the records are not secure: " + answer.reason};
  return std::nullopt;
}

std::string lacking(Published state) {
  return state == Published::no_next ? "has no record of the next key" : "has no record that fits the current key";
}

// What all servers together say; `ttl` becomes the longest of their records.
Rollover judge(const dns::Authority& authority, const std::vector<ServerAnswer>& answers, const dane::KeyChange& change,
               std::uint32_t& ttl) {
  Rollover result{.verdict = Verdict::safe};
  const auto say = [&](Verdict verdict, const std::string& why) {
    // What is known to be missing counts more than what is not known.
    if (result.verdict == Verdict::not_published) return;
    if (result.verdict == verdict) return;
    result.verdict = verdict;
    result.reason = why;
  };
  if (authority.servers.empty()) say(Verdict::not_tested, authority.zone.text() + ": " + authority.reason);
  for (const dns::NameServer& server : authority.servers) {
    const auto is_of = [&](const ServerAnswer& one) { return one.server == server.name; };
    const bool answered = std::ranges::any_of(
        answers, [&](const ServerAnswer& one) { return is_of(one) && one.answer.outcome != Outcome::failed; });
    if (server.addresses.empty()) say(Verdict::not_tested, server.name.text() + ": " + server.reason);
    for (const ServerAnswer& one : answers) {
      if (!is_of(one)) continue;
      ServerState state{one.server.text(), one.address, "not-tested", {}};
      const std::string who = state.server + " (" + state.address + ")";
      if (one.answer.outcome == Outcome::failed) {
        state.reason = one.answer.reason;
        // This machine may have no IPv6; the same server is asked by its other address.
        if (!answered || one.answer.failure != dns::Failure::unreachable)
          say(Verdict::not_tested, who + ": " + one.answer.reason);
      } else {
        const Published found = dane::published(one.answer.data<dns::Tlsa>(), change, tls::make_record);
        state.state = dane::name_of(found);
        result.found = std::max(result.found, found);
        if (found == Published::no_next || found == Published::no_current)
          say(Verdict::not_published, who + " " + lacking(found));
        ttl = std::max(ttl, one.answer.ttl);
      }
      result.servers.push_back(std::move(state));
    }
  }
  return result;
}

bool same_key(const dane::KeyChange& change) {
  return change.current.front().key == change.next.front().key;
}

std::string digest_of(const std::string& what) {
  const auto digest = sha256(what);
  return hex_lower({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

class State {
 public:
  static Result<State> read(const std::string& path) {
    State state(path);
    SM_TRY(state.load());
    return state;
  }
  // What is known now: the time of safe servers begins, or begins anew later. What another run has noted stays.
  Result<void> note(Rollover& result, const std::string& name, const dane::KeyChange& change, std::int64_t now,
                    std::uint32_t ttl) {
    const Descriptor lock = SM_TRY(lock_directory());
    SM_TRY(load());
    const std::vector<dane::Waiting> before = all_;
    if (result.verdict == Verdict::not_published) {
      for (const Published way : {Published::both, Published::both_by_certificate, Published::both_by_issuer})
        dane::forget(all_, name, digest_of(dane::waiting_for(way, change)));
    } else if (result.verdict == Verdict::safe && result.found == Published::both && same_key(change)) {
      // Nothing that clients look at changes.
      result.waiting = dane::Waiting{.name = name, .key = {}, .first_seen = now, .ttl = 0};
    } else if (result.verdict == Verdict::safe) {
      result.waiting = dane::note_seen(all_, name, digest_of(dane::waiting_for(result.found, change)), now, ttl);
      if (now < result.waiting->safe_at()) result.verdict = Verdict::wait;
    }
    return all_ == before ? Result<void>() : write();
  }

 private:
  explicit State(std::string path) : path_(std::move(path)) {}
  Result<void> load() {
    all_.clear();
    if (access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return {};
    auto all = dane::parse_state(SM_TRY(read_file(path_, dane::max_state)));
    if (!all) {
      all.error().message.insert(0, path_ + ": ");
      return Unexpected{std::move(all).error()};
    }
    all_ = *std::move(all);
    return {};
  }
  Result<void> write() const { return write_file(path_, dane::write_state(all_), state_mode); }
  // Of the directory, since the file is replaced; ends with the descriptor.
  Result<Descriptor> lock_directory() const {
    const std::string directory = std::filesystem::path(path_).parent_path() / ".";
    Descriptor lock(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    while (lock && flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) continue;
    if (!lock) return fail_errno("io.create", "can't lock the directory of " + path_, errno);
    return lock;
  }

  std::string path_;
  std::vector<dane::Waiting> all_;
};

std::string line_of(const Service& service, const Rollover& result) {
  std::string line = service.text() + ' ';
  const std::string servers = result.servers.size() == 1 ? "its server" : "all servers";
  switch (result.verdict) {
    case Verdict::safe:
      line += "safe: on " + servers + " since " + local_time(result.waiting->first_seen);
      break;
    case Verdict::wait:
      line += "wait until " + local_time(result.waiting->safe_at()) + ": on " + servers + " since " +
              local_time(result.waiting->first_seen) + ", TTL " + std::to_string(result.waiting->ttl) + " s";
      break;
    case Verdict::not_published:
      line += "not published: " + printable(result.reason);
      break;
    case Verdict::not_tested:
      line += "not tested: " + printable(result.reason);
      break;
  }
  if (result.waiting && result.found == Published::both_by_issuer)
    line += "; if the next certificate has the same issuer";
  return line + '\n';
}

std::string json_of(const Service& service, const Rollover& result, std::int64_t now) {
  json::Array servers;
  for (const ServerState& one : result.servers)
    servers.push_back(json::object({{"server", one.server}, {"address", one.address}, {"state", one.state}}));
  json::Value run = json::object({{"time", rfc3339(now)}});
  if (result.waiting) {
    run.add("first-seen", rfc3339(result.waiting->first_seen));
    run.add("safe-at", rfc3339(result.waiting->safe_at()));
    run.add("ttl", result.waiting->ttl);
  }
  if (!result.reason.empty()) run.add("reason", result.reason);
  return json_line("smdane.rollover/1", json::object({{"host", service.host.text()},
                                                      {"port", service.port},
                                                      {"result", name_of(result.verdict)},
                                                      {"status", status_of(result.verdict)},
                                                      {"same-issuer", result.found == Published::both_by_issuer},
                                                      {"servers", std::move(servers)},
                                                      {"run", std::move(run)}}));
}

Result<std::string> required(const cli::Context& context, std::string_view option) {
  if (auto value = context.value(option)) return *std::move(value);
  return fail(ErrorKind::usage, "cli.usage", "rollover needs --current, --next and --state",
              "--" + std::string(option) + " is missing");
}

}  // namespace

Result<int> rollover(cli::Context& context) {
  const Service service = SM_TRY(parse_service(context.arguments().front()));
  const std::string current = SM_TRY(required(context, "current"));
  const std::string next = SM_TRY(required(context, "next"));
  const std::string path = SM_TRY(required(context, "state"));
  dane::KeyChange change;
  change.current = SM_TRY(read_chain_file(current));
  change.next = SM_TRY(read_any_file(next));
  // Another certificate of the same key changes what selector 0 is about.
  const std::string& certificate = change.next.front().certificate;
  if (same_key(change) && (certificate.empty() || certificate == change.current.front().certificate))
    return fail(ErrorKind::usage, "smdane.same-key", next + " has the key of " + current + ": nothing changes",
                "--next is the key that will be used, not the one that is");
  State state = SM_TRY(State::read(path));
  const OpenedResolver opened = SM_TRY(open_resolver(context, window));

  const dns::Name name = SM_TRY(service.tlsa_name());
  const dns::Answer answer = dns::look_up(*opened.resolver, {.name = name, .type = dns::Type::tlsa});
  const std::int64_t now = context.clock().now();
  std::uint32_t ttl = 0;
  auto stopped = obstacle(answer);
  Rollover result;
  if (stopped) {
    result = *std::move(stopped);
  } else {
    const dns::Authority authority = dns::find_authority(*opened.resolver, answer.canonical());
    result = judge(authority, ask_servers(authority, answer.canonical(), dns::Type::tlsa), change, ttl);
  }
  SM_TRY(state.note(result, lower(name.text()), change, now, ttl));
  SM_TRY(context.print(context.json() ? json_of(service, result, now) : line_of(service, result)));
  return status_of(result.verdict);
}

}  // namespace sm::smdane
