#include "cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace sm::cli {
namespace {

Unexpected misused(std::string message, std::string hint = {}) {
  return fail(ErrorKind::usage, "cli.usage", std::move(message), std::move(hint));
}

bool looks_like_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

// "--output=x" is asked by its name, "output"; empty if the word is no long option.
std::string_view long_name(std::string_view word) {
  if (!word.starts_with("--")) return {};
  word.remove_prefix(2);
  return word.substr(0, word.find('='));
}

// ---- the command

// How many words at the front of `words` name a command: 2 for "uid add"; 0 for none.
std::size_t match_command(const Program& program, std::span<const std::string> words, const Command*& command) {
  for (std::size_t count = std::min<std::size_t>(2, words.size()); count > 0; --count) {
    const std::string name = count == 2 ? words[0] + ' ' + words[1] : words[0];
    for (const Command& candidate : program.commands) {
      if (candidate.name != name) continue;
      command = &candidate;
      return count;
    }
  }
  return 0;
}

Unexpected unknown_command(const Program& program, std::span<const std::string> words) {
  std::string family;
  std::vector<std::string_view> names;
  for (const Command& command : program.commands) {
    names.push_back(command.name);
    if (command.name.starts_with(words[0] + ' ')) family.append(family.empty() ? "" : ", ").append(command.name);
  }
  if (!family.empty()) return misused("unknown command: " + words[0], "there is " + family);
  const std::string_view near = nearest(words[0], names);
  return misused("unknown command: " + words[0], near.empty() ? "see " + std::string(program.name) + " --help"
                                                              : "did you mean " + std::string(near) + "?");
}

// The number of words in front of the command: options of the contract's "Everywhere", with their values.
std::size_t words_before_command(std::span<const std::string> words) {
  const CommandOptions options = options_before_command();
  std::size_t i = 0;
  while (i < words.size() && looks_like_option(words[i]) && words[i] != "--") {
    const std::string& word = words[i++];
    if (word.starts_with("--")) {
      const Option* option = options.find(long_name(word));
      if (option && option->kind != ValueKind::none && word.find('=') == std::string::npos) ++i;
      continue;
    }
    for (std::size_t letter = 1; letter < word.size(); ++letter) {
      const Option* option = options.find(word[letter]);
      if (!option || option->kind == ValueKind::none) continue;
      if (letter + 1 == word.size()) ++i;
      break;
    }
  }
  return std::min(i, words.size());
}

// ---- its options

Unexpected unknown_option(const Program& program, const Command* command, const CommandOptions& options,
                          std::string_view word) {
  const std::string_view name = long_name(word);
  const std::string shown(name.empty() ? word.substr(0, 2) : word.substr(0, name.size() + 2));
  if (name.empty()) return misused("unknown option: " + shown);
  if (command && options_before_command().find(name)) {
    return misused(shown + " does not fit " + std::string(command->name),
                   name == "json" && command->filter ? "--status-fd says in lines what a filter finds" : "");
  }
  for (const Command& other : program.commands) {
    if (&other != command && options_of(other).find(name)) {
      return misused("unknown option: " + shown,
                     shown + " belongs to " + std::string(program.name) + ' ' + std::string(other.name));
    }
  }
  std::vector<std::string_view> names;
  for (const Option& option : options.own) names.push_back(option.name);
  for (const Option* option : options.common) names.push_back(option->name);
  const std::string_view near = nearest(name, names);
  return misused("unknown option: " + shown, near.empty() ? "" : "did you mean --" + std::string(near) + "?");
}

// CLI11 2.1 takes the next word for the value of "--name=", and a truth value for a flag's.
Result<void> check_assignments(const CommandOptions& options, std::span<const std::string> words) {
  for (const std::string& word : words) {
    const std::string_view name = long_name(word);
    if (name.empty() || name.size() + 2 == word.size()) continue;
    const Option* option = options.find(name);
    if (!option) continue;
    if (option->kind == ValueKind::none) return misused("--" + std::string(name) + " takes no value");
    if (name.size() + 3 == word.size())
      return misused("--" + std::string(name) + " needs a value after the equals sign");
  }
  return {};
}

// Whether the option is spelled in any of the words. One that is not can't be given, and need not be known to CLI11,
// for which each costs 3 µs.
bool is_spelled(const Option& option, std::span<const std::string> words) {
  const char letter = option.name.size() == 1 ? option.name[0] : option.letter;
  return std::ranges::any_of(words, [&](const std::string& word) {
    if (word.starts_with("--")) return long_name(word) == option.name;
    return letter != 0 && looks_like_option(word) && word.find(letter, 1) != std::string::npos;
  });
}

struct Parsed {
  std::vector<Given> given;
  std::vector<std::string> rest;
};

Result<Parsed> parse_words(const CommandOptions& options, std::span<const std::string> words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::pair<const Option*, CLI::Option*>> known;
  const auto add = [&](const Option& option) {
    if (!is_spelled(option, words)) return;
    std::string names = written(option);
    if (option.letter != 0) names.append(",-").append(1, option.letter);
    CLI::Option* added = option.kind == ValueKind::none ? app.add_flag(names) : app.add_option(names);
    if (option.kind != ValueKind::none) {
      added->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    known.emplace_back(&option, added);
  };
  for (const Option& option : options.own) add(option);
  for (const Option* option : options.common) add(*option);

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ArgumentMismatch&) {
    // Only the last word can lack its value.
    return misused(words.back() + " needs a value");
  } catch (const CLI::ParseError& error) {
    return misused(error.what());
  }
  Parsed parsed;
  for (const auto& [option, added] : known) {
    for (const std::string& value : added->results()) {
      parsed.given.push_back({option, option->kind == ValueKind::none ? std::string() : value});
    }
  }
  parsed.rest = app.remaining();
  return parsed;
}

Result<void> check_given(const Invocation& invocation, std::int64_t now) {
  const Option* previous = nullptr;
  for (const Given& given : invocation.given) {
    const Option& option = *given.option;
    if (option.kind == ValueKind::none) continue;
    if (&option == previous && !option.repeat) return misused(written(option) + " is given twice");
    previous = &option;
    if (const auto fits = check_value(option.kind, option.value, given.value, now); !fits) {
      return misused(written(option) + ": \"" + given.value + "\" is not " + fits.error().message);
    }
  }
  if (invocation.has("quiet") && invocation.has("verbose"))
    return misused("--quiet and --verbose contradict each other");
  if (invocation.options.find('4') && invocation.has("4") && invocation.has("6"))
    return misused("-4 and -6 contradict each other");
  if (invocation.filter && invocation.has("json")) {
    return misused("--json does not fit --" + std::string(invocation.command->filter_flag),
                   "--status-fd says in lines what a filter finds");
  }
  return {};
}

Result<void> check_arguments(const Program& program, const Invocation& invocation) {
  const Command& command = *invocation.command;
  const std::size_t count = invocation.arguments.size();
  const std::string usage = "usage: " + std::string(program.name) + ' ' + std::string(command.name) + " [options] " +
                            std::string(command.arguments);
  if (count < command.min_arguments) return misused("an argument is missing", usage);
  if (count <= command.max_arguments) return {};
  const std::string& extra = invocation.arguments[command.max_arguments];
  if (command.max_arguments > 0) return misused("unexpected argument: " + extra, usage);
  return misused("unexpected argument: " + extra,
                 command.filter ? "the message comes from stdin" : std::string(command.name) + " takes none");
}

}  // namespace

const std::string* Invocation::value(std::string_view name) const {
  const std::string* last = nullptr;
  for (const Given& one : given) {
    if (one.option->name == name) last = &one.value;
  }
  return last;
}

Result<Invocation> parse(const Program& program, std::span<const std::string> arguments, std::int64_t now) {
  const auto end_of_options = std::ranges::find(arguments, "--");
  const bool has_end = end_of_options != arguments.end();
  const std::span<const std::string> words(arguments.begin(), end_of_options);
  const std::span<const std::string> behind(has_end ? end_of_options + 1 : end_of_options, arguments.end());

  Invocation invocation;
  const std::size_t before = words_before_command(words);
  std::span<const std::string> rest = words.subspan(before);
  bool help_command = false;
  if (!rest.empty() && rest[0] == "help") {
    help_command = true;
    rest = rest.subspan(1);
  }
  if (!rest.empty()) {
    const std::size_t count = match_command(program, rest, invocation.command);
    if (count == 0) return unknown_command(program, rest);
    rest = rest.subspan(count);
  }
  invocation.options = invocation.command ? options_of(*invocation.command) : options_before_command();

  std::vector<std::string> option_words(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(before));
  option_words.insert(option_words.end(), rest.begin(), rest.end());
  SM_TRY(check_assignments(invocation.options, option_words));
  Parsed parsed = SM_TRY(parse_words(invocation.options, option_words));
  invocation.given = std::move(parsed.given);
  invocation.help = help_command || invocation.has("help");
  invocation.version = invocation.has("version");
  if (invocation.help || invocation.version) return invocation;

  for (std::string& word : parsed.rest) {
    if (looks_like_option(word)) return unknown_option(program, invocation.command, invocation.options, word);
    invocation.arguments.push_back(std::move(word));
  }
  if (!invocation.command) return fail(ErrorKind::usage, "cli.no-command", "no command");

  const Command& command = *invocation.command;
  invocation.filter = command.filter || (!command.filter_flag.empty() && invocation.has(command.filter_flag));
  if (invocation.filter) {
    if (has_end && behind.empty()) return misused("no command behind --");
    invocation.child.assign(behind.begin(), behind.end());
    if (has_end && invocation.has("output")) {
      return misused("--output and a command behind -- exclude each other", "the result goes to the command");
    }
  } else {
    invocation.arguments.insert(invocation.arguments.end(), behind.begin(), behind.end());
  }
  SM_TRY(check_given(invocation, now));
  SM_TRY(check_arguments(program, invocation));
  return invocation;
}

}  // namespace sm::cli
