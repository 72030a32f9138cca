#include "lookup.hpp"

#include <algorithm>
#include <chrono>
#include <deque>

#include "cli/exit.hpp"
#include "cli/sibling.hpp"
#include "keystore/resolve.hpp"

namespace sm::smcrypt {
namespace {

constexpr std::size_t at_a_time = 4;
constexpr std::uint64_t usual_deadline = 20;         // seconds
constexpr std::size_t longest_answer = 64u * 1024u;  // bytes

using SteadyClock = std::chrono::steady_clock;

// The addresses that are bound to nothing and have not exactly one certificate.
Result<std::vector<std::string>> unknown_among(Session& session, const std::vector<std::string>& recipients) {
  std::vector<std::string> unknown;
  for (const std::string& recipient : recipients) {
    Id id = SM_TRY(parse_id(recipient));
    if (id.kind != IdKind::address || std::ranges::find(unknown, id.text) != unknown.end()) continue;
    const auto known = resolve_recipient(session.store, id.text);
    if (!known && (known.error().code == "id.unknown" || known.error().code == "id.ambiguous"))
      unknown.push_back(std::move(id.text));
  }
  return unknown;
}

struct Running {
  std::string recipient;
  cli::Child child;
};

}  // namespace

Result<Lookups> look_up_unknown(cli::Context& context, Session& session, const std::vector<std::string>& recipients) {
  Lookups failures;
  const auto unknown = SM_TRY(unknown_among(session, recipients));
  if (unknown.empty()) return failures;

  std::vector<std::string> command = cli::sibling("smkey", context, true);
  if (const auto server = context.value("server")) command.push_back("--server=" + *server);
  if (!context.batch()) command.emplace_back("--batch");
  const auto end = SteadyClock::now() + std::chrono::seconds(context.timeout().value_or(usual_deadline));
  const auto start = [&](const std::string& recipient) -> Result<Running> {
    const auto left = std::chrono::ceil<std::chrono::seconds>(end - SteadyClock::now()).count();
    if (left <= 0) return fail(ErrorKind::temporary, "cli.timeout", "not looked up in time");
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--timeout=" + std::to_string(left), "search", "--", recipient});
    cli::Child child = SM_TRY(cli::Child::start(words, cli::Child::Answers::output_and_diagnostics));
    child.close_input();
    return Running{recipient, std::move(child)};
  };

  std::deque<Running> running;
  auto next = unknown.begin();
  while (next != unknown.end() || !running.empty()) {
    while (next != unknown.end() && running.size() < at_a_time) {
      auto started = start(*next);
      if (started)
        running.push_back(std::move(*started));
      else
        failures.emplace(*next, std::move(started).error());
      ++next;
    }
    if (running.empty()) continue;
    const auto said = cli::converse(running.front().child, {}, longest_answer);
    const std::string& recipient = running.front().recipient;
    if (!said) {
      failures.emplace(recipient, said.error());
    } else if (const int status = said->status.value_or(cli::exit_temporary);
               status != cli::exit_yes && status != cli::exit_absent) {
      failures.emplace(recipient, cli::sibling_failure("smkey", "smcrypt.lookup", *said).error);
    }
    running.pop_front();
  }
  return failures;
}

}  // namespace sm::smcrypt
