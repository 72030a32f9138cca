// Where passphrases come from. None ever stands in an argument or an environment value.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include "cli/pinentry.hpp"
#include "cli/state.hpp"
#include "cli/terminal.hpp"
#include "text/printable.hpp"

namespace sm::cli {
namespace {

Result<Secret> read_secret_file(const std::string& path) {
  const Descriptor file = SM_TRY(open_input(path));
  auto secret = read_secret_line(file.get());
  if (!secret) secret.error().message.insert(0, path + ": ");
  return secret;
}

// The first directory of PATH that has it. Relative ones are passed over: they would depend on where we are.
std::optional<std::string> find_program(const Context& context, std::string_view name) {
  const std::string path = context.environment("PATH").value_or("/usr/bin:/bin");
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    if (!directory.starts_with('/')) continue;
    std::string candidate = std::string(directory) + '/' + std::string(name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

std::string terminal_name(const Context& context) {
  if (auto name = context.environment("GPG_TTY")) return *std::move(name);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    std::array<char, 256> name{};
    if (ttyname_r(fd, name.data(), name.size()) == 0) return name.data();
  }
  return has_terminal() ? "/dev/tty" : "";
}

// Asks a person; nullopt if there is none.
Result<std::optional<Secret>> ask_person(const Context& context, std::string_view program,
                                         const std::string& question) {
  const std::string text = printable(question);
  PinentryRequest request{.program = {},
                          .description = text,
                          .prompt = "Passphrase:",
                          .terminal = terminal_name(context),
                          .terminal_type = context.environment("TERM").value_or(""),
                          .lc_ctype = context.environment("LC_ALL").value_or(
                              context.environment("LC_CTYPE").value_or(context.environment("LANG").value_or(""))),
                          .display = context.environment("DISPLAY").value_or("")};
  const bool reachable =
      !request.terminal.empty() || !request.display.empty() || context.environment("WAYLAND_DISPLAY").has_value();
  if (reachable) {
    if (auto found = find_program(context, "pinentry")) {
      request.program = *std::move(found);
      if (auto secret = SM_TRY(ask_pinentry(request))) return std::optional(std::move(*secret));
    }
  }
  return ask_secret(std::string(program) + ": " + text + ": ");
}

// From --<option>-fd or --<option>-file; nullopt if neither is given.
Result<std::optional<Secret>> from_option(const Context& context, const std::string& option) {
  if (const auto fd = context.number(option + "-fd"))
    return std::optional(SM_TRY(read_secret_line(static_cast<int>(*fd))));
  if (const auto file = context.value(option + "-file")) return std::optional(SM_TRY(read_secret_file(*file)));
  return std::optional<Secret>();
}

// --passphrase-fd, --passphrase-file, read once; nullopt if neither is given.
Result<std::optional<Secret>> given_passphrase(const Context& context, std::optional<Secret>& cache) {
  if (!cache) cache = SM_TRY(from_option(context, "passphrase"));
  return cache ? std::optional(Secret(cache->view())) : std::nullopt;
}

// $CREDENTIALS_DIRECTORY/<fingerprint>, what systemd's LoadCredential= puts there; nullopt if there is none for this
// key.
Result<std::optional<Secret>> credential(const Context& context, const Fingerprint& fingerprint) {
  const auto directory = context.environment("CREDENTIALS_DIRECTORY");
  if (!directory || fingerprint.empty()) return std::optional<Secret>();
  const std::string path = *directory + '/' + fingerprint;
  if (access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::optional<Secret>();
  return std::optional(SM_TRY(read_secret_file(path)));
}

void require_secrets(const Context::State& state) {
  if (!state.invocation.command->secrets) {
    throw std::logic_error(std::string(state.invocation.command->name) + " opens no secret keys");
  }
}

Unexpected empty_passphrase() {
  return fail(ErrorKind::key, "key.locked", "the passphrase that was given is empty");
}

}  // namespace

PassphraseSource Context::passphrases() {
  return [this](const Key& key, std::string_view purpose) -> Result<Secret> {
    require_secrets(state_);
    auto secret = SM_TRY(given_passphrase(*this, state_.given_passphrase));
    if (!secret) secret = SM_TRY(credential(*this, key.fingerprint));
    const auto typed = std::ranges::find(state_.typed, key.fingerprint, &std::pair<Fingerprint, Secret>::first);
    if (!secret && typed != state_.typed.end()) return Secret(typed->second.view());
    const std::string what = key.fingerprint.empty() ? "the message" : "key " + key.fingerprint;
    if (!secret && !batch()) {
      SM_TRY(flush());
      std::string question = "passphrase of " + what;
      if (!purpose.empty()) question.append(", ").append(purpose);
      secret = SM_TRY(ask_person(*this, state_.program.name, question));
      if (secret) state_.typed.emplace_back(key.fingerprint, Secret(secret->view()));
    }
    if (!secret) {
      return fail(ErrorKind::key, "key.locked", what + " is locked and there is no passphrase for it",
                  "--passphrase-file or --passphrase-fd gives one");
    }
    if (secret->empty()) return empty_passphrase();
    return *std::move(secret);
  };
}

Result<Secret> Context::new_passphrase(std::string_view purpose, NewPassphrase which) {
  require_secrets(state_);
  const bool is_first = which == NewPassphrase::first;
  const std::string without = is_first ? "--no-passphrase makes a key without one" : "";
  auto given =
      SM_TRY(is_first ? given_passphrase(*this, state_.given_passphrase) : from_option(*this, "new-passphrase"));
  if (given) {
    if (given->empty())
      return fail(ErrorKind::usage, "cli.passphrase", "the new passphrase that was given is empty", without);
    return *std::move(given);
  }
  const auto nobody = [&] {
    return fail(ErrorKind::usage, "cli.passphrase", "there is no new passphrase and nobody to ask for one",
                is_first ? "--passphrase-file or --passphrase-fd gives one, " + without
                         : "--new-passphrase-file or --new-passphrase-fd gives one");
  };
  if (batch()) return nobody();
  SM_TRY(flush());
  constexpr int attempts = 3;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::string question = "new passphrase, " + std::string(purpose);
    auto first = SM_TRY(ask_person(*this, state_.program.name, question));
    if (!first) return nobody();
    if (first->empty()) {
      return fail(ErrorKind::usage, "cli.passphrase", "the passphrase is empty", without);
    }
    const auto second = SM_TRY(ask_person(*this, state_.program.name, question + ", once more"));
    if (!second) return nobody();
    if (first->view() == second->view()) return *std::move(first);
    say(state_.program.name, "warning", "the two passphrases differ");
  }
  return fail(ErrorKind::key, "key.locked", "the two passphrases differed three times");
}

}  // namespace sm::cli
