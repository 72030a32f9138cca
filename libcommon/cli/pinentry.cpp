#include "cli/pinentry.hpp"

#include <charconv>
#include <cstring>

#include "cli/child.hpp"
#include "cli/terminal.hpp"
#include "text/hex.hpp"

namespace sm::cli {
namespace {

// The code of libgpg-error in the lower 16 bits of an Assuan error: GPG_ERR_CANCELED, GPG_ERR_FULLY_CANCELED.
constexpr unsigned cancelled = 99;
constexpr unsigned fully_cancelled = 198;
// An Assuan line has at most 1000 characters.
constexpr std::size_t line_limit = 1024;

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\n' || c == '\r') {
      out.append("%").append(hex_upper({&c, 1}));
    } else {
      out += c;
    }
  }
  return out;
}

// Replaces the escapes in the first `size` bytes where they stand; returns the new size.
std::size_t unescape(char* bytes, std::size_t size) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < size; ++from) {
    if (bytes[from] == '%' && from + 2 < size) {
      const int high = hex_digit(bytes[from + 1]);
      const int low = hex_digit(bytes[from + 2]);
      if (high >= 0 && low >= 0) {
        bytes[to++] = static_cast<char>(high * 16 + low);
        from += 2;
        continue;
      }
    }
    bytes[to++] = bytes[from];
  }
  return to;
}

struct Answer {
  bool ok = false;
  unsigned error = 0;
  std::optional<Secret> data;
};

class Conversation {
 public:
  explicit Conversation(const Child& child) : source_(child.from().get()), sink_(child.to().get()) {}

  // nullopt: the other side is gone, or speaks something else.
  std::optional<Answer> receive() {
    Answer answer;
    for (;;) {
      const auto size = read_line();
      if (!size || (answer.data && answer.data->size() > line_limit)) return std::nullopt;
      const std::string_view line(line_.data(), *size);
      if (line == "OK" || line.starts_with("OK ")) {
        answer.ok = true;
        return answer;
      }
      if (line.starts_with("ERR ")) {
        const std::string_view number = line.substr(4, line.find(' ', 4) - 4);
        std::from_chars(number.data(), number.data() + number.size(), answer.error);
        answer.error &= 0xFFFF;
        return answer;
      }
      if (line.starts_with("D ")) {
        const std::size_t length = unescape(line_.data() + 2, *size - 2);
        // Data may come in several lines.
        const std::size_t before = answer.data ? answer.data->size() : 0;
        Secret joined(before + length);
        if (before > 0) memcpy(joined.data(), answer.data->data(), before);
        if (length > 0) memcpy(joined.data() + before, line_.data() + 2, length);
        answer.data = std::move(joined);
      } else if (!line.starts_with("S ") && !line.starts_with("#")) {
        return std::nullopt;
      }
    }
  }

  std::optional<Answer> ask(std::string line) {
    line += '\n';
    if (!sink_.write(line)) return std::nullopt;
    return receive();
  }

 private:
  // The size of the next line, which is then at the front of line_.
  std::optional<std::size_t> read_line() {
    for (std::size_t size = 0; size < line_.size(); ++size) {
      const auto got = source_.read({line_.data() + size, 1});
      if (!got || *got == 0) return std::nullopt;
      if (line_.data()[size] == '\n') return size;
    }
    return std::nullopt;
  }

  DescriptorSource source_;
  DescriptorSink sink_;
  Secret line_{line_limit};
};

}  // namespace

Result<std::optional<Secret>> ask_pinentry(const PinentryRequest& request) {
  const auto unable = [] { return std::optional<Secret>(); };
  auto child = Child::start({request.program}, Child::Answers::output);
  if (!child) return unable();
  // Should it die, writing to it must fail and not kill us.
  const BrokenPipeIgnored ignored;
  Conversation conversation(*child);
  const auto greeting = conversation.receive();
  if (!greeting || !greeting->ok) return unable();

  // Options that a pinentry does not know are its own business.
  const auto option = [&](std::string_view name, const std::string& value) {
    return value.empty() || conversation.ask("OPTION " + std::string(name) + '=' + escape(value));
  };
  if (!option("ttyname", request.terminal) || !option("ttytype", request.terminal_type) ||
      !option("lc-ctype", request.lc_ctype) || !option("display", request.display) ||
      !conversation.ask("SETDESC " + escape(request.description)) ||
      !conversation.ask("SETPROMPT " + escape(request.prompt))) {
    return unable();
  }
  auto answer = conversation.ask("GETPIN");
  if (!answer) return unable();
  if (!answer->ok) {
    if (answer->error == cancelled || answer->error == fully_cancelled) {
      return fail(ErrorKind::key, "key.locked", "the passphrase was refused at the prompt");
    }
    return unable();
  }
  conversation.ask("BYE");
  child->close_input();
  child->wait();
  if (!answer->data) answer->data.emplace();
  if (answer->data->size() > secret_limit) {
    return fail(ErrorKind::data, "cli.passphrase",
                "the passphrase is longer than " + std::to_string(secret_limit) + " bytes");
  }
  if (answer->data->view().find('\0') != std::string_view::npos) {
    return fail(ErrorKind::data, "cli.passphrase", "the passphrase holds a zero byte");
  }
  return std::move(answer->data);
}

}  // namespace sm::cli
