#include "cli/context.hpp"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <stdexcept>

#include "base/headroom.hpp"
#include "cli/diagnostics.hpp"
#include "cli/exit.hpp"
#include "cli/handover.hpp"
#include "cli/options.hpp"
#include "cli/state.hpp"
#include "cli/terminal.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::cli {

const Option& Context::State::defined(std::string_view name) const {
  const Option* option = invocation.options.find(name);
  if (!option)
    throw std::logic_error("no option " + std::string(name) + " in " + std::string(invocation.command->name));
  return *option;
}

void say(std::string_view program, std::string_view kind, std::string_view text) {
  write_all(STDERR_FILENO, std::string(program) + ": " + std::string(kind) + ": " + printable(text) + '\n');
}

// ---- options

bool Context::flag(std::string_view name) const {
  state_.defined(name);
  if (state_.invocation.has(name)) return true;
  const auto set = state_.settings.values(name);
  return !set.empty() && set.front() == "yes";
}

std::vector<std::string> Context::values(std::string_view name) const {
  const Option& option = state_.defined(name);
  std::vector<std::string> result;
  for (const Given& given : state_.invocation.given) {
    if (given.option == &option) result.push_back(given.value);
  }
  if (!result.empty()) return result;
  if (name == "store") {
    if (auto store = environment("SM_STORE")) return {*std::move(store)};
  }
  return state_.settings.values(name);
}

std::optional<std::string> Context::value(std::string_view name) const {
  auto all = values(name);
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

std::optional<std::uint64_t> Context::number(std::string_view name) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  const Option& option = state_.defined(name);
  return *check_value(option.kind, option.value, *text, clock().now());
}

const std::vector<std::string>& Context::arguments() const {
  return state_.invocation.arguments;
}

std::vector<std::string> Context::passed_on(bool network) const {
  std::vector<std::string> result;
  const auto pass = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const Option& option = state_.defined(name);
      if (option.kind == ValueKind::none) {
        if (flag(name)) result.push_back(written(option));
      } else if (const auto given = value(name)) {
        result.push_back(written(option) + '=' + *given);
      }
    }
  };
  pass({"store", "config", "batch"});
  if (network) pass({"cafile", "resolver", "proxy", "4", "6", "allow-private"});
  return result;
}

std::optional<std::string> Context::setting(std::string_view key) const {
  auto all = state_.settings.values(key);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

bool Context::quiet() const {
  return flag("quiet") && !state_.invocation.has("verbose");
}
bool Context::verbose() const {
  return flag("verbose") && !state_.invocation.has("quiet");
}
std::optional<std::uint64_t> Context::timeout() const {
  if (state_.invocation.command->endless) return std::nullopt;
  return number("timeout");
}
bool Context::json() const {
  const Command& command = *state_.invocation.command;
  return !filter() && !command.plain && !command.endless && flag("json");
}
bool Context::batch() const {
  return flag("batch");
}
bool Context::filter() const {
  return state_.invocation.filter;
}
const Clock& Context::clock() const {
  return state_.clock;
}

bool Context::color() const {
  if (filter()) return false;
  const auto when = value("color").value_or("auto");
  if (when != "auto") return when == "always";
  return terminal() && !environment("NO_COLOR") && environment("TERM") != "dumb";
}

bool Context::terminal() const {
  return !filter() && state_.output.to_stdout() && isatty(STDOUT_FILENO) == 1;
}

// ---- environment

std::optional<std::string> Context::environment(std::string_view name) const {
  const char* const value = getenv(std::string(name).c_str());
  if (!value || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::string> Context::home() const {
  if (auto home = environment("HOME")) return home;
  std::array<char, 16 * 1024> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return std::nullopt;
  if (!found->pw_dir || *found->pw_dir == '\0') return std::nullopt;
  return found->pw_dir;
}

std::string Context::spool_directory() const {
  return environment("TMPDIR").value_or("/var/tmp");
}

int Context::input() const {
  return STDIN_FILENO;
}

void Context::on_timeout(std::string text) {
  if (state_.output.to_stdout()) set_timeout_text(std::move(text));
}

// ---- diagnostics

void Context::warn(std::string_view text) {
  say(state_.program.name, "warning", text);
}

void Context::note(std::string_view text) {
  if (verbose()) say(state_.program.name, "note", text);
}

Result<void> Context::status(std::string_view keyword,
                             const std::vector<std::pair<std::string_view, std::string>>& values) {
  if (state_.status_fd < 0) return {};
  std::string line = "[SM:] " + std::string(keyword);
  for (const auto& [key, value] : values) line += status_field(key, value);
  line += '\n';
  const BrokenPipeIgnored ignored;
  if (write_all(state_.status_fd, line) || !filter()) return {};
  return fail_errno("cli.status-fd", "can't write to descriptor " + std::to_string(state_.status_fd), errno);
}

// ---- output

Result<void> Context::print(std::string_view text) {
  return state_.output.write(text);
}
Result<void> Context::print(const Secret& secret) {
  SM_TRY(state_.output.flush());
  return state_.output.send(secret.view());
}
Result<void> Context::flush() {
  return state_.output.flush();
}
void Context::private_output() {
  state_.output.make_private();
}

Result<int> Context::release(Source& result, Spool::Content content) {
  // More than composing and armoring a result takes: once its first byte is written it is too late to run out.
  constexpr std::size_t headroom = 1 << 20;
  need_memory(headroom);
  disarm_timeout();
  const std::vector<std::string>& command = state_.invocation.child;
  if (command.empty()) {
    SM_TRY(state_.output.write_all(result));
    return exit_yes;
  }
  Child child = SM_TRY(hand_over(command, result, content, spool_directory()));
  const auto status = child.wait();
  if (!status) return fail(ErrorKind::temporary, "cli.child", command[0] + " was ended by a signal");
  note(command[0] + " ended with status " + std::to_string(*status));
  return *status != 0 && flag("tempfail") ? exit_temporary : *status;
}

// ---- questions

Result<bool> Context::confirm(std::string_view question) {
  if (flag("yes")) return true;
  const auto nobody = [&] {
    return fail(ErrorKind::usage, "cli.confirm",
                "this can't be undone and nobody can be asked: " + std::string(question),
                "--yes does it without asking");
  };
  if (batch()) return nobody();
  SM_TRY(flush());
  const auto answer = SM_TRY(ask_line(std::string(state_.program.name) + ": " + printable(question) + " [y/N] "));
  if (!answer) return nobody();
  const std::string word = lower(trim(*answer));
  return word == "y" || word == "yes";
}

}  // namespace sm::cli
