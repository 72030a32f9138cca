#include "key_server.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/exit.hpp"
#include "cli/sibling.hpp"
#include "json/value.hpp"

namespace sm::smkey {
namespace {

constexpr std::size_t longest_line = 4u << 20;        // bytes: a certificate in armor, in JSON
constexpr std::size_t diagnostics_limit = 64 * 1024;  // bytes
constexpr int patience = 300'000;                     // milliseconds; smvks itself gives up long before

// What is there; empty at the end.
Result<std::string_view> read_some(const Descriptor& from, std::span<char> buffer) {
  for (;;) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got >= 0) return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    if (errno != EINTR) return fail_errno("io.read", "can't read what smvks says", errno);
  }
}

std::string text_member(const json::Value& document, std::string_view name) {
  const std::string* const text = document.text(name);
  return text ? *text : std::string();
}

ErrorKind kind_of(const json::Value& document) {
  const json::Value* const status = document.find("status");
  for (const ErrorKind kind : {ErrorKind::usage, ErrorKind::data, ErrorKind::unavailable, ErrorKind::config}) {
    if (status && status->integer() && *status->integer() == cli::exit_status(kind)) return kind;
  }
  return ErrorKind::temporary;
}

}  // namespace

Result<KeyServer> KeyServer::open(cli::Context& context) {
  std::vector<std::string> command = cli::sibling("smvks", context, true);
  if (const auto server = context.value("server")) command.push_back("--server=" + *server);
  command.insert(command.end(), {"get", "--json", "-"});
  return KeyServer(SM_TRY(cli::Child::start(command, cli::Child::Answers::output_and_diagnostics)));
}

Unexpected KeyServer::ended() {
  child_.close_input();
  cli::Conversation said;
  said.status = child_.wait();
  said.diagnostics = diagnostics_;
  Unexpected failure = cli::sibling_failure("smvks", "vks.ended", said);
  failure.error.code = "vks.ended";
  const int status = said.status.value_or(cli::exit_temporary);
  if (status == cli::exit_yes || status == cli::exit_absent) failure.error.kind = ErrorKind::temporary;
  return failure;
}

Result<std::string> KeyServer::read_line() {
  std::array<char, 16 * 1024> buffer{};
  bool more_diagnostics = true;
  for (;;) {
    if (const std::size_t end = answers_.find('\n'); end != std::string::npos) {
      std::string line = answers_.substr(0, end);
      answers_.erase(0, end + 1);
      return line;
    }
    if (answers_.size() > longest_line) return fail(ErrorKind::data, "vks.failed", "smvks's answer has no end");
    // A descriptor below zero is passed over.
    std::array<pollfd, 2> ends{pollfd{child_.from().get(), POLLIN, 0},
                               pollfd{more_diagnostics ? child_.diagnostics().get() : -1, POLLIN, 0}};
    const int ready = poll(ends.data(), ends.size(), patience);
    if (ready == 0) return fail(ErrorKind::temporary, "vks.ended", "smvks does not answer");
    if (ready < 0) continue;  // EINTR
    if (ends[1].revents != 0) {
      const std::string_view piece = SM_TRY(read_some(child_.diagnostics(), buffer));
      more_diagnostics = !piece.empty();
      diagnostics_ += piece.substr(0, diagnostics_limit - diagnostics_.size());
      continue;  // what it said before it ended comes before its end
    }
    if (ends[0].revents == 0) continue;
    const std::string_view piece = SM_TRY(read_some(child_.from(), buffer));
    if (piece.empty()) return ended();
    answers_ += piece;
  }
}

Result<std::optional<std::string>> KeyServer::ask(const std::string& query) {
  const cli::BrokenPipeIgnored ignored;
  const std::string line = query + '\n';
  // A pipe takes a line as one piece.
  ssize_t written = 0;
  do written = write(child_.to().get(), line.data(), line.size());
  while (written < 0 && errno == EINTR);
  // Who does not read has ended: why, stands behind what it said.
  const std::string answer = SM_TRY(read_line());
  const auto document = json::read(answer);
  if (!document || text_member(*document, "query") != query)
    return fail(ErrorKind::temporary, "vks.ended", "smvks's answer can't be read");
  const std::string result = text_member(*document, "result");
  if (result == "absent") return std::optional<std::string>();
  if (result == "found") return std::optional(text_member(*document, "certificate"));
  std::string why = text_member(*document, "error");
  if (why.empty()) why = "the key server gave no answer";
  if (result == "later") return fail(ErrorKind::temporary, "vks.later", std::move(why));
  return fail(kind_of(*document), "vks.failed", std::move(why));
}

}  // namespace sm::smkey
