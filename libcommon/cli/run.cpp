#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>

#include "base/remains.hpp"
#include "cli/completion.hpp"
#include "cli/diagnostics.hpp"
#include "cli/exit.hpp"
#include "cli/help.hpp"
#include "cli/state.hpp"
#include "report/finding.hpp"
#include "text/ascii.hpp"

namespace sm::cli {
namespace {

// What is known at each moment of a run, for whoever must report a failure.
struct Progress {
  std::string_view program;
  int status_fd = -1;
  bool verbose = false;
  bool tempfail = false;
  bool nagios = false;
};

int mapped(const Progress& progress, int status) {
  return progress.tempfail && status >= exit_usage ? exit_temporary : status;
}

// A monitoring system reads one line, and a status of 0 to 3.
std::string nagios_text(const Progress& progress, const Error& error) {
  return report::nagios_line(upper(progress.program), report::nagios_status(exit_usage), error.message);
}

int report(const Progress& progress, const Error& error) {
  write_all(STDERR_FILENO, describe(progress.program, error, progress.verbose));
  if (progress.status_fd >= 0) {
    const BrokenPipeIgnored ignored;
    write_all(progress.status_fd, "[SM:] ERROR" + status_field("code", error.code) + '\n');
  }
  if (progress.nagios) {
    write_all(STDOUT_FILENO, nagios_text(progress, error));
    return report::nagios_status(exit_usage);
  }
  return mapped(progress, exit_status(error.kind));
}

// ---- descriptors

struct ClosedDescriptors {
  std::array<bool, 3> closed{};
};

// A closed standard descriptor would be taken by the next file that is opened, which would then be read as the message
// or written to as the output. What is put there instead fails when it is used.
ClosedDescriptors fill_standard_descriptors() {
  ClosedDescriptors result;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    result.closed[static_cast<std::size_t>(fd)] = true;
    // The lowest that is free: this one.
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(exit_temporary);
  }
  return result;
}

Result<void> check_descriptors(const Invocation& invocation, const ClosedDescriptors& standard, bool to_stdout) {
  for (const Given& given : invocation.given) {
    if (given.option->kind != ValueKind::descriptor) continue;
    const std::string shown = written(*given.option) + ' ' + given.value;
    const int fd = static_cast<int>(*check_value(ValueKind::descriptor, {}, given.value, 0));
    const bool writes = given.option->name == "status-fd";
    const int flags = fcntl(fd, F_GETFL);
    const bool was_closed = fd <= STDERR_FILENO && standard.closed[static_cast<std::size_t>(fd)];
    if (flags < 0 || was_closed) return fail(ErrorKind::usage, "cli.usage", shown + ": that descriptor is not open");
    if ((flags & O_ACCMODE) == (writes ? O_RDONLY : O_WRONLY)) {
      return fail(ErrorKind::usage, "cli.usage",
                  shown + ": that descriptor is not open for " + (writes ? "writing" : "reading"));
    }
    if (invocation.filter && writes && fd == STDOUT_FILENO && to_stdout && invocation.child.empty()) {
      return fail(ErrorKind::usage, "cli.usage", shown + ": stdout is the message", "use 2, or 3 with 3>FILE");
    }
    if (invocation.filter && !writes && fd == STDIN_FILENO) {
      return fail(ErrorKind::usage, "cli.usage", shown + ": stdin is the message", "use 3 with 3<FILE");
    }
    if (fd > STDERR_FILENO) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  return {};
}

bool same_file(const struct stat& a, const struct stat& b) {
  return S_ISREG(a.st_mode) && S_ISREG(b.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// An output that is the input would destroy what is still to be read, or leave a half-written mail in place of a good
// one.
Result<void> check_output(const Invocation& invocation, const std::string& path) {
  struct stat output {};
  struct stat input {};
  const auto same = [&](std::string_view what) {
    return fail(ErrorKind::usage, "cli.output", "the output is the input: " + std::string(what),
                "write to another file and rename it");
  };
  const bool to_file = !path.empty() && path != "-";
  if (to_file) {
    if (stat(path.c_str(), &output) != 0) return {};
  } else if (!invocation.filter || fstat(STDOUT_FILENO, &output) != 0) {
    return {};
  }
  if (!S_ISREG(output.st_mode)) return {};
  if (fstat(STDIN_FILENO, &input) == 0 && same_file(input, output)) return same(to_file ? path : "stdout and stdin");
  if (!to_file) return {};
  const auto is_output = [&](const std::string& name) {
    return stat(name.c_str(), &input) == 0 && same_file(input, output);
  };
  if (invocation.command->argument_kind == ValueKind::file) {
    for (const std::string& name : invocation.arguments) {
      if (is_output(name)) return same(name);
    }
  }
  for (const Given& given : invocation.given) {
    if (given.option->kind == ValueKind::file && given.option->name != "output" && is_output(given.value)) {
      return same(written(*given.option) + ' ' + given.value);
    }
  }
  return {};
}

// ---- configuration

Result<Settings> load_settings(const Program& program, const Context& context, const Invocation& invocation) {
  SettingsFiles files;
  if (const std::string* named = invocation.value("config")) {
    files.named = *named;
  } else if (auto variable = context.environment("SM_CONFIG")) {
    files.named = *std::move(variable);
  } else if (auto base = context.environment("XDG_CONFIG_HOME"); base && base->starts_with('/')) {
    files.user = *base + "/smtools/smtools.conf";
  } else if (const auto home = context.home()) {
    files.user = *home + "/.config/smtools/smtools.conf";
  }
  return read_settings(files, program.name);
}

// A date of the configuration that has passed is an error only where it is used.
Result<void> check_lifetimes(const Context& context, const Invocation& invocation) {
  for (const Option& option : invocation.options.own) {
    if (option.kind != ValueKind::lifetime || invocation.has(option.name)) continue;
    const auto value = context.value(option.name);
    if (!value) continue;
    if (const auto fits = check_value(option.kind, option.value, *value, context.clock().now()); !fits) {
      return fail(
          ErrorKind::config, "config.value",
          std::string(option.name) + " in the configuration: \"" + *value + "\" is not " + fits.error().message);
    }
  }
  return {};
}

// ---- the run

Result<int> print_and_end(const std::string& text) {
  Output output{std::string()};
  SM_TRY(output.write(text));
  SM_TRY(output.finish());
  return exit_yes;
}

void arm(const Context& context, const Progress& progress) {
  const auto seconds = context.timeout();
  if (!seconds) return;
  const std::string code = "cli.timeout";
  const Error error = fail(ErrorKind::temporary, code, "not done in time (--timeout)").error;
  arm_timeout({.seconds = *seconds,
               .text = progress.nagios ? nagios_text(progress, error) : std::string(),
               .diagnostic = describe(progress.program, error, false),
               .status_line = "[SM:] ERROR" + status_field("code", code) + '\n',
               .status_fd = progress.status_fd,
               .status = progress.nagios ? report::nagios_status(exit_usage) : exit_temporary});
}

Result<int> run_command(const Program& program, Invocation parsed, const ClosedDescriptors& standard,
                        Progress& progress) {
  const std::string* path = parsed.value("output");
  Context::State state{.program = program,
                       .invocation = std::move(parsed),
                       .settings = {},
                       .clock = {},
                       .output = Output(path ? *path : std::string()),
                       .given_passphrase = {}};
  const Invocation& invocation = state.invocation;
  Context context(state);
  progress.verbose = invocation.has("verbose");
  progress.tempfail = invocation.has("tempfail");
  progress.nagios = invocation.has("nagios");
  SM_TRY(check_descriptors(invocation, standard, state.output.to_stdout()));
  if (const std::string* fd = invocation.value("status-fd")) {
    state.status_fd = static_cast<int>(*check_value(ValueKind::descriptor, {}, *fd, 0));
    progress.status_fd = state.status_fd;
  }
  set_broken_pipe(invocation.filter);
  state.settings = SM_TRY(load_settings(program, context, invocation));
  progress.verbose = context.verbose();
  progress.tempfail = context.flag("tempfail");
  progress.nagios = invocation.options.find("nagios") != nullptr && context.flag("nagios");
  SM_TRY(check_lifetimes(context, invocation));
  SM_TRY(check_output(invocation, path ? *invocation.value("output") : std::string()));
  arm(context, progress);

  const bool silent = invocation.command->question && context.quiet();
  if (silent) state.output.hold();
  auto status = invocation.command->run(context);
  disarm_timeout();
  if (!status) {
    state.output.abandon();
    return status;
  }
  if (silent && *status == exit_yes) state.output.drop();
  // What is absent leaves an earlier answer in the file as it is.
  if (*status == exit_absent && state.output.is_empty())
    state.output.abandon();
  else if (invocation.child.empty())
    SM_TRY(state.output.finish());
  return status;
}

bool knows(const Program& program, std::string_view option) {
  return std::ranges::any_of(program.commands, [&](const Command& command) {
    return std::ranges::any_of(command.options, [&](const Option& one) { return one.name == option; });
  });
}

Result<int> run_program(const Program& program, std::span<const std::string> arguments,
                        const ClosedDescriptors& standard, Progress& progress) {
  if (arguments.size() == 1 && arguments[0] == "--print-options") return print_and_end(print_options(program));
  if (arguments.size() == 2 && arguments[0] == "--print-completion") {
    return print_and_end(SM_TRY(completion(program, arguments[1])));
  }
  auto invocation = parse(program, arguments, SystemClock().now());
  if (!invocation) {
    // For the words of a command line that could not be understood, as far as it goes.
    for (const std::string& word : arguments) {
      if (word == "--") break;
      if (word == "--tempfail") progress.tempfail = true;
      if (word == "--nagios") progress.nagios = knows(program, "nagios");
    }
    if (invocation.error().code == "cli.no-command") {
      write_all(STDERR_FILENO, help_text(program));
      return mapped(progress, exit_usage);
    }
    return Unexpected{std::move(invocation).error()};
  }
  if (invocation->help) {
    return print_and_end(invocation->command ? help_text(program, *invocation->command) : help_text(program));
  }
  if (invocation->version) return print_and_end(std::string(program.name) + " " SM_VERSION "\n");
  return run_command(program, *std::move(invocation), standard, progress);
}

int run_caught(const Program& program, int argc, char** argv) {
  Progress progress{.program = program.name};
  try {
    const ClosedDescriptors standard = fill_standard_descriptors();
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    try {
      const auto status = run_program(program, arguments, standard, progress);
      return status ? *status : report(progress, status.error());
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& exception) {
      return report(progress, fail(ErrorKind::bug, "cli.bug", std::string("internal error: ") + exception.what(),
                                   "this is a bug in " + std::string(program.name))
                                  .error);
    } catch (...) {
      return report(progress, fail(ErrorKind::bug, "cli.bug", "internal error").error);
    }
  } catch (const std::bad_alloc&) {
    report_out_of_memory(program.name, progress.status_fd);
    return exit_temporary;
  }
}

}  // namespace

int run(const Program& program, int argc, char** argv) {
  // All programs: keys without a passphrase, plaintext and a server's password are secret too.
  forbid_dumps();
  // What the owner himself may not read would be a store that can't be read.
  umask(umask(S_IRWXG | S_IRWXO) & (S_IRWXG | S_IRWXO));
  const int status = run_caught(program, argc, argv);
  wipe_stack();
  return status;
}

}  // namespace sm::cli
