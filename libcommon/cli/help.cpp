#include "cli/help.hpp"

#include <algorithm>

#include "cli/options.hpp"

namespace sm::cli {
namespace {

constexpr std::size_t width = 80;

// Columns on a terminal of text that is ours: every character is one wide.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// Appends `text`, broken at blanks to stay within `width`; the first line begins at column `at`, further ones at
// `indent`.
void wrap(std::string& out, std::string_view text, std::size_t at, std::size_t indent) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (word.empty()) continue;
    if (!first && at + 1 + columns(word) > width) {
      out.append("\n").append(indent, ' ');
      at = indent;
      first = true;
    }
    if (!first) {
      out += ' ';
      ++at;
    }
    out += word;
    at += columns(word);
    first = false;
  }
  out += '\n';
}

struct Row {
  std::string left;
  std::string_view right;
};

// Two columns. What is too long for the left one stands on a line of its own.
void table(std::string& out, const std::vector<Row>& rows, std::size_t left_most) {
  std::size_t left = 0;
  for (const Row& row : rows) {
    if (columns(row.left) <= left_most) left = std::max(left, columns(row.left));
  }
  const std::size_t indent = 2 + left + 2;
  for (const Row& row : rows) {
    const std::size_t used = columns(row.left);
    out.append("  ").append(row.left);
    if (used > left) {
      out.append("\n").append(indent, ' ');
    } else {
      out.append(indent - 2 - used, ' ');
    }
    wrap(out, row.right, indent, indent);
  }
}

Row row_of(const Option& option) {
  std::string left = option.letter != 0 ? std::string("-") + option.letter + ", " : "    ";
  left += written(option);
  // A choice of many would push the text off the line: its values stand in the man page.
  if (option.kind != ValueKind::none) left.append(" ").append(option.value);
  return {std::move(left), option.help};
}

}  // namespace

std::string help_text(const Program& program) {
  const std::string name(program.name);
  std::string out = "usage: " + name + " COMMAND [options] [arguments]\n\n";
  wrap(out, program.help, 0, 0);
  out += "\ncommands:\n";
  std::vector<Row> rows;
  for (const Command& command : program.commands) {
    std::string left(command.name);
    if (!command.arguments.empty()) left.append(" ").append(command.arguments);
    rows.push_back({std::move(left), command.help});
  }
  table(out, rows, 28);
  out += "\n";
  wrap(out, "Options of a command: " + name + " COMMAND --help. All of it: man " + name + ".", 0, 0);
  return out;
}

std::string help_text(const Program& program, const Command& command) {
  std::string usage = "usage: " + std::string(program.name) + ' ' + std::string(command.name) + " [options]";
  if (!command.arguments.empty()) usage.append(" ").append(command.arguments);
  if (command.filter) usage.append(" <MESSAGE [-- CMD ARG…]");
  std::string out;
  wrap(out, usage, 0, 7);
  out += '\n';
  wrap(out, command.help, 0, 0);
  const CommandOptions options = options_of(command);
  std::vector<Row> rows;
  if (!options.own.empty()) {
    out += "\noptions:\n";
    for (const Option& option : options.own) rows.push_back(row_of(option));
    table(out, rows, 32);
    rows.clear();
  }
  out += options.own.empty() ? "\noptions:\n" : "\ncommon options:\n";
  for (const Option* option : options.common) rows.push_back(row_of(*option));
  table(out, rows, 32);
  return out;
}

}  // namespace sm::cli
