#include "cli/completion.hpp"

#include <algorithm>

#include "cli/options.hpp"

namespace sm::cli {
namespace {

// ---- what the three shells need alike

// "uid" of "uid add", "add"; the second is empty for a command of one word.
struct Words {
  std::string_view first;
  std::string_view second;
};

Words words_of(const Command& command) {
  const std::size_t blank = command.name.find(' ');
  if (blank == std::string_view::npos) return {command.name, {}};
  return {command.name.substr(0, blank), command.name.substr(blank + 1)};
}

// The first words of the commands, each once, in their order.
std::vector<std::string_view> first_words(const Program& program) {
  std::vector<std::string_view> result;
  for (const Command& command : program.commands) {
    const std::string_view first = words_of(command).first;
    if (std::ranges::find(result, first) == result.end()) result.push_back(first);
  }
  return result;
}

std::vector<std::string_view> second_words(const Program& program, std::string_view first) {
  std::vector<std::string_view> result;
  for (const Command& command : program.commands) {
    const Words words = words_of(command);
    if (words.first == first && !words.second.empty()) result.push_back(words.second);
  }
  return result;
}

std::vector<const Option*> all_options(const Command& command) {
  const CommandOptions options = options_of(command);
  std::vector<const Option*> result;
  for (const Option& option : options.own) result.push_back(&option);
  result.insert(result.end(), options.common.begin(), options.common.end());
  return result;
}

// "--output", and "-o" if it has a letter.
std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> result{written(option)};
  if (option.letter != 0) result.push_back(std::string("-") + option.letter);
  return result;
}

std::string replaced(std::string_view text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) {
    if (c == from) {
      out += to;
    } else {
      out += c;
    }
  }
  return out;
}

std::string in_place(std::string text, std::string_view placeholder, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += with.size()) {
    text.replace(at, placeholder.size(), with);
  }
  return text;
}

// Lines of a "case" that follow the words typed so far to the command.
std::string command_cases(const Program& program, std::string_view indent) {
  std::string out;
  for (const std::string_view first : first_words(program)) {
    out.append(indent).append("':").append(first).append("') command='").append(first).append("' ;;\n");
    for (const std::string_view second : second_words(program, first)) {
      const std::string both = std::string(first) + ' ' + std::string(second);
      out.append(indent)
          .append("'")
          .append(first)
          .append(":")
          .append(second)
          .append("') command='")
          .append(both)
          .append("' ;;\n");
    }
  }
  return out;
}

// ---- bash

std::string bash_values(ValueKind kind, std::string_view value) {
  switch (kind) {
    case ValueKind::file:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
    case ValueKind::directory:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
    case ValueKind::choice:
      return "mapfile -t COMPREPLY < <(compgen -W '" + replaced(value, '|', " ") + "' -- \"$cur\")";
    default:
      return ":";
  }
}

std::string bash(const Program& program) {
  std::string values;
  std::string candidates;
  std::string top = "help";
  for (const std::string_view first : first_words(program)) {
    top.append(" ").append(first);
    const auto second = second_words(program, first);
    if (second.empty()) continue;
    std::string words;
    for (const std::string_view word : second) words.append(words.empty() ? "" : " ").append(word);
    candidates.append("  '").append(first).append("') words='").append(words).append("' ;;\n");
  }
  for (const Command& command : program.commands) {
    std::string words;
    for (const Option* option : all_options(command)) {
      std::string patterns;
      for (const std::string& spelling : spellings(*option)) {
        words.append(words.empty() ? "" : " ").append(spelling);
        patterns.append(patterns.empty() ? "'" : " | '").append(command.name).append(":").append(spelling).append("'");
      }
      if (option->kind == ValueKind::none) continue;
      values.append("  ")
          .append(patterns)
          .append(") ")
          .append(bash_values(option->kind, option->value))
          .append("; return ;;\n");
    }
    candidates.append("  '").append(command.name).append("') words='").append(words).append("' kind=");
    candidates.append(command.argument_kind == ValueKind::file        ? "f"
                      : command.argument_kind == ValueKind::directory ? "d"
                                                                      : "");
    candidates.append(" ;;\n");
  }
  std::string out = R"(# bash completion of %name
# shellcheck shell=bash
_%name() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
%commands    esac
  done
  case "$command:$prev" in
%values  esac
  case "$command" in
  '') words='%top --help --version' ;;
%candidates  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _%name %name
)";
  out = in_place(std::move(out), "%commands", command_cases(program, "    "));
  out = in_place(std::move(out), "%values", values);
  out = in_place(std::move(out), "%top", top);
  out = in_place(std::move(out), "%candidates", candidates);
  return in_place(std::move(out), "%name", program.name);
}

// ---- zsh

std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_values(ValueKind kind, std::string_view value) {
  switch (kind) {
    case ValueKind::file:
      return ":file:_files";
    case ValueKind::directory:
      return ":directory:_files -/";
    case ValueKind::choice:
      return ":value:(" + replaced(value, '|', " ") + ')';
    default:
      return ':' + zsh_text(value) + ": ";
  }
}

std::string zsh_option(const Option& option) {
  const std::string text =
      '[' + zsh_text(option.help) + ']' + (option.kind == ValueKind::none ? "" : zsh_values(option.kind, option.value));
  const auto names = spellings(option);
  const std::string once = option.repeat || names.size() == 1 ? "" : '(' + names[0] + ' ' + names[1] + ')';
  std::string out;
  for (const std::string& name : names) {
    const bool assigned = name.starts_with("--") && option.kind != ValueKind::none;
    out.append("      '")
        .append(option.repeat ? "*" : once)
        .append(name)
        .append(assigned ? "=" : "")
        .append(text)
        .append("' \\\n");
  }
  return out;
}

std::string zsh(const Program& program) {
  std::string cases;
  std::string commands;
  for (const std::string_view first : first_words(program)) {
    const auto second = second_words(program, first);
    std::string_view help;
    for (const Command& command : program.commands) {
      if (words_of(command).first == first && help.empty()) help = command.help;
    }
    commands.append("      '").append(first).append(":").append(zsh_text(help)).append("'\n");
    if (second.empty()) continue;
    cases.append("  '").append(first).append("') compadd --");
    for (const std::string_view word : second) cases.append(" ").append(word);
    cases.append(" ;;\n");
  }
  for (const Command& command : program.commands) {
    cases.append("  '").append(command.name).append("')\n    _arguments -S \\\n");
    for (const Option* option : all_options(command)) cases += zsh_option(*option);
    cases.append("      '*").append(zsh_values(command.argument_kind, "argument")).append("'\n    ;;\n");
  }
  std::string out = R"(#compdef %name
_%name() {
  local command='' i
  local -a commands
  for ((i = 2; i < CURRENT; i++)); do
    case "$command:$words[i]" in
%commands    esac
  done
  case "$command" in
  '')
    commands=(
%top    )
    _describe command commands
    ;;
%cases  esac
}
_%name "$@"
)";
  out = in_place(std::move(out), "%commands", command_cases(program, "    "));
  out = in_place(std::move(out), "%top", commands);
  out = in_place(std::move(out), "%cases", cases);
  return in_place(std::move(out), "%name", program.name);
}

// ---- fish

std::string fish_quoted(std::string_view text) {
  return '\'' + replaced(replaced(text, '\\', "\\\\"), '\'', "\\'") + '\'';
}

std::string fish(const Program& program) {
  const std::string begin = "complete -c " + std::string(program.name);
  std::string out = "# fish completion of " + std::string(program.name) + '\n' + begin + " -f\n";
  const auto topmost = begin + " -n __fish_use_subcommand";
  for (const std::string_view first : first_words(program)) {
    std::string_view help;
    for (const Command& command : program.commands) {
      if (words_of(command).first == first && help.empty()) help = command.help;
    }
    out.append(topmost).append(" -a ").append(first).append(" -d ").append(fish_quoted(help)).append("\n");
  }
  for (const Command& command : program.commands) {
    const Words words = words_of(command);
    std::string condition = "__fish_seen_subcommand_from " + std::string(words.first);
    if (!words.second.empty()) {
      out.append(begin).append(" -n ").append(fish_quoted(condition)).append(" -a ").append(words.second);
      out.append(" -d ").append(fish_quoted(command.help)).append("\n");
      condition.append("; and __fish_seen_subcommand_from ").append(words.second);
    }
    const std::string here = begin + " -n " + fish_quoted(condition);
    if (command.argument_kind == ValueKind::file) out += here + " -F\n";
    for (const Option* option : all_options(command)) {
      out += here + (option->name.size() == 1 ? " -s " : " -l ") + std::string(option->name);
      if (option->letter != 0) out.append(" -s ").append(1, option->letter);
      if (option->kind == ValueKind::file) {
        out += " -r -F";
      } else if (option->kind == ValueKind::directory) {
        out += " -x -a '(__fish_complete_directories)'";
      } else if (option->kind == ValueKind::choice) {
        out += " -x -a " + fish_quoted(replaced(option->value, '|', " "));
      } else if (option->kind != ValueKind::none) {
        out += " -x";
      }
      out += " -d " + fish_quoted(option->help) + '\n';
    }
  }
  return out;
}

}  // namespace

Result<std::string> completion(const Program& program, std::string_view shell) {
  if (shell == "bash") return bash(program);
  if (shell == "zsh") return zsh(program);
  if (shell == "fish") return fish(program);
  return fail(ErrorKind::usage, "cli.usage", "no completions for " + std::string(shell), "there is bash, zsh, fish");
}

std::string print_options(const Program& program) {
  std::string out;
  for (const Command& command : program.commands) {
    out.append(command.name).append("\n");
    for (const Option* option : all_options(command)) {
      out.append(command.name).append("\t").append(written(*option)).append("\t");
      if (option->letter != 0) out.append("-").append(1, option->letter);
      out.append("\t").append(option->kind == ValueKind::none ? "" : option->value);
      out.append("\t").append(option->repeat ? "repeat" : "").append("\n");
    }
  }
  return out;
}

}  // namespace sm::cli
