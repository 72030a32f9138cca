#include "local_keys.hpp"

#include <algorithm>

#include "cli/exit.hpp"
#include "cli/sibling.hpp"
#include "json/value.hpp"

namespace sm::smvault {
namespace {

constexpr std::size_t max_answer = 64u << 20;  // bytes

Unexpected failure(const cli::Conversation& said) {
  Unexpected failed = cli::sibling_failure("smkey", "smvault.smkey", said);
  if (failed.error.code == "store.secret-conflict") failed.error.kind = ErrorKind::key;  // also under tempfail = yes
  return failed;
}

Unexpected unreadable() {
  return fail(ErrorKind::bug, "smvault.smkey", "smkey's answer can't be read");
}

// JSON, one document a line.
Result<std::vector<json::Value>> documents(std::string_view text) {
  std::vector<json::Value> values;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    auto value = json::read(line);
    if (!value) return unreadable();
    values.push_back(*std::move(value));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return values;
}

Result<std::string> text_member(const json::Value& document, std::string_view name) {
  const std::string* const text = document.text(name);
  if (!text) return unreadable();
  return *text;
}

}  // namespace

LocalKeys::LocalKeys(const cli::Context& context) : command_(cli::sibling("smkey", context, false)) {}

Result<std::optional<Secret>> LocalKeys::run(const std::vector<std::string>& words, std::string_view input) {
  std::vector<std::string> command = command_;
  command.insert(command.end(), words.begin(), words.end());
  auto said = SM_TRY(cli::converse(command, input, max_answer));
  if (said.status == cli::exit_yes) return std::optional(std::move(said.output));
  if (said.status == cli::exit_absent) return std::optional<Secret>();
  return failure(said);
}

Result<std::vector<Fingerprint>> LocalKeys::list() {
  const auto answer = SM_TRY(run({"list", "--secret", "--json"}));
  std::vector<Fingerprint> fingerprints;
  if (!answer) return fingerprints;
  for (const json::Value& document : SM_TRY(documents(answer->view()))) {
    auto fingerprint = SM_TRY(text_member(document, "fingerprint"));
    fingerprints.push_back(std::move(fingerprint));
  }
  return fingerprints;
}

Result<std::optional<Fingerprint>> LocalKeys::find(std::string_view id) {
  const auto answer = SM_TRY(run({"show", "--json", "--", std::string(id)}));
  if (!answer) return std::optional<Fingerprint>();
  const auto found = SM_TRY(documents(answer->view()));
  if (found.size() != 1) return unreadable();
  auto fingerprint = SM_TRY(text_member(found.front(), "fingerprint"));
  return std::optional(std::move(fingerprint));
}

Result<std::optional<Secret>> LocalKeys::read(const Fingerprint& fingerprint) {
  auto answer = run({"export", "--secret", "--binary", fingerprint});
  if (!answer && (answer.error().code == "key.missing" || answer.error().code == "id.unknown"))
    return std::optional<Secret>();
  return answer;
}

Result<void> LocalKeys::merge(const Fingerprint& fingerprint, std::string_view bytes, bool bind) {
  std::vector<std::string> words{"import", "--json"};
  if (!bind) words.emplace_back("--no-bind");
  const auto answer = SM_TRY(run(words, bytes));
  if (!answer) return unreadable();
  const auto outcomes = SM_TRY(documents(answer->view()));
  if (outcomes.size() != 1 || SM_TRY(text_member(outcomes.front(), "what")) != fingerprint) return unreadable();
  const std::string result = SM_TRY(text_member(outcomes.front(), "result"));
  if (result == "skipped") {
    const std::string why = SM_TRY(text_member(outcomes.front(), "detail"));
    return fail(ErrorKind::data, "crypto.skipped", "smkey does not take it: " + why);
  }
  return {};
}

}  // namespace sm::smvault
