#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "dns/message.hpp"
#include "dns/properties.hpp"

using namespace sm;
using namespace sm::dns;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// By name, without ".bin".
std::map<std::string, std::string> golden() {
  std::map<std::string, std::string> messages;
  for (const auto& entry : std::filesystem::directory_iterator(SM_TEST_DATA "/data"))
    if (entry.path().extension() == ".bin") messages[entry.path().stem()] = read(entry.path());
  return messages;
}

// In the form of data/make.py.
std::string dump(const Message& message) {
  std::string text = "id " + std::to_string(message.id);
  const auto flag = [&](bool set, const char* name) {
    if (set) text.append(" ").append(name);
  };
  flag(message.response, "qr");
  flag(message.authoritative, "aa");
  flag(message.truncated, "tc");
  flag(message.recursion_desired, "rd");
  flag(message.recursion_available, "ra");
  flag(message.authentic, "ad");
  flag(message.checking_disabled, "cd");
  text += " " + text_of(message.rcode) + "\n";
  for (const Question& question : message.questions)
    text += "? " + question.name.absolute() + " " + text_of(question.type) + "\n";
  for (const auto* section : {&message.answers, &message.authority, &message.additional})
    for (const Record& record : *section) text += zone_text(record);
  if (message.edns) {
    text += "edns " + std::to_string(message.edns->udp_size);
    flag(message.edns->dnssec_ok, "do");
    for (const ExtendedError& error : message.edns->options.extended_errors())
      text += " error " + std::to_string(error.code) + " " + quote(error.text);
    text += "\n";
  }
  return text;
}

bool refused(const std::string& bytes) {
  const auto message = read_message(bytes);
  return !message && message.error().code == "dns.bad-message" && message.error().kind == ErrorKind::data;
}

// A header that announces `answers` records, and the rest.
std::string response(int answers, const std::string& rest) {
  return std::string("\x12\x34\x80\0\0\0\0", 7) + static_cast<char>(answers) + std::string(4, '\0') + rest;
}

}  // namespace

TEST_CASE("message/golden: each reads as it was made, and comes back from what we write") {
  const auto messages = golden();
  CHECK(messages.size() >= 15);
  for (const auto& [name, bytes] : messages) {
    const std::string& file = name;
    CAPTURE(file);
    const auto message = read_message(bytes);
    REQUIRE(message);
    CHECK(dump(*message) == read(SM_TEST_DATA "/data/" + name + ".txt"));
    const auto written = write_message(*message);
    REQUIRE(written);
    CHECK(*read_message(*written) == *message);
    CHECK_NOTHROW(check_message(bytes));
  }
}

TEST_CASE("message/golden: cut anywhere, none is read") {
  for (const auto& [name, bytes] : golden())
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(refused(bytes.substr(0, size)));
}

TEST_CASE("message/golden: mutations are refused or read") {
  // All of them with SM_FULL=1; a fast run takes a part, always the same.
  const int mutations = std::getenv("SM_FULL") ? 10'000 : 500;
  std::mt19937 random(1);
  for (const auto& [name, bytes] : golden()) {
    const std::string& file = name;
    CAPTURE(file);
    for (int i = 0; i < mutations; ++i) {
      std::string mutant = bytes;
      for (unsigned changes = 1 + random() % 4; changes != 0 && !mutant.empty(); --changes) {
        const std::size_t at = random() % mutant.size();
        switch (random() % 5) {
          case 0:
            mutant[at] = static_cast<char>(random());
            break;
          case 1:
            mutant[at] = static_cast<char>(mutant[at] ^ 1 << random() % 8);
            break;
          case 2:
            mutant.erase(at, 1 + random() % 8);
            break;
          case 3:
            mutant.insert(at, mutant.substr(random() % mutant.size(), random() % 32));
            break;
          default:
            mutant.replace(at, std::min<std::size_t>(2, mutant.size() - at),
                           std::string("\xC0") + static_cast<char>(random()));
        }
      }
      // A copy of exactly this size, so that a sanitizer sees a read past its end.
      const std::vector<char> exact(mutant.begin(), mutant.end());
      CHECK_NOTHROW(check_message({exact.data(), exact.size()}));
    }
  }
}

TEST_CASE("message/compression: loops, pointers forward, too many, too long") {
  const std::string tail("\0\1\0\1\0\0\0\0\0\0", 10);
  CHECK(refused(response(1, "\xC0\x0C" + tail)));                     // to itself
  CHECK(refused(response(1, "\xC0\x0E" + tail)));                     // forward
  CHECK(refused(response(1, std::string("\1a\xC0\x0C", 4) + tail)));  // to the beginning of this name
  CHECK(refused(response(1, "\x40\0" + tail)));                       // reserved kinds of label
  CHECK(refused(response(1, "\x80\0" + tail)));
  CHECK(refused(response(2, std::string("\1a\xC0\x10", 4) + tail + "\xC0\x0C" + tail)));
  CHECK(read_message(response(2, std::string("\1a\0", 3) + tail + "\xC0\x0C" + tail)));

  // Each name is a pointer to the one before: a chain of 127 is followed, a longer one is not.
  std::string many = std::string("\1a\0", 3) + tail;
  for (std::size_t i = 1, before = 12; i < 200; ++i) {
    const std::size_t here = 12 + many.size();
    many += static_cast<char>(0xC0 | before >> 8);
    many += static_cast<char>(before);
    many += tail;
    before = here;
    const auto message = read_message(response(static_cast<int>(i + 1), many));
    CHECK(message.has_value() == (i <= 127));
    if (message) CHECK(message->answers.back().name.text() == "a");
  }

  // 3 labels of 63 octets and one of 61 make 255.
  const std::string label = '\x3F' + std::string(63, 'x');
  for (const int last : {61, 62}) {
    const std::string name = label + label + label + static_cast<char>(last) + std::string(last, 'y') + '\0';
    CHECK(read_message(response(1, name + tail)).has_value() == (last == 61));
    // The same across a pointer.
    const std::string split = static_cast<char>(last) + std::string(last, 'y') + "\xC0\x0C";
    CHECK(read_message(response(2, label + label + label + std::string(1, '\0') + tail + split + tail)).has_value() ==
          (last == 61));
  }
}

TEST_CASE("message/opt: one, of the root, in its place") {
  const std::string opt("\0\0\x29\4\xD0\0\0\0\0\0\0", 11);
  const auto with = [](int answers, int additional, const std::string& rest) {
    std::string bytes = response(answers, rest);
    bytes[11] = static_cast<char>(additional);
    return bytes;
  };
  CHECK(read_message(with(0, 1, opt))->edns);
  CHECK(refused(with(0, 2, opt + opt)));
  CHECK(refused(with(1, 0, opt)));
  CHECK(refused(with(0, 1, std::string("\1a") + opt)));
  CHECK(refused(with(0, 1, std::string("\0\0\x29\4\xD0\0\0\0\0\0\3abc", 14))));  // an option cut short
}

TEST_CASE("message/limits: 65535 octets, TTL of 31 bits, nothing behind the end") {
  CHECK(refused(std::string(65536, '\0')));
  CHECK(refused(response(0, "x")));
  CHECK(read_message(response(1, std::string("\0\0\1\0\1\x80\0\0\0\0\0", 11)))->answers[0].ttl == 0);
  CHECK(read_message(response(1, std::string("\0\0\1\0\1\x7F\xFF\xFF\xFF\0\0", 11)))->answers[0].ttl == 0x7FFFFFFF);
  Message message;
  message.answers.assign(70, {.type = Type::txt, .data = Txt{std::vector<std::string>(4, std::string(250, 'x'))}});
  const auto long_one = write_message(message);
  REQUIRE_FALSE(long_one);
  CHECK(long_one.error().code == "dns.message-too-long");
}

TEST_CASE("message/query: as it is sent") {
  Message query{.id = 0x1234, .recursion_desired = true, .authentic = true, .checking_disabled = true};
  query.questions.push_back({*Name::parse("a"), Type::tlsa});
  query.edns = Edns{.dnssec_ok = true};
  CHECK(*write_message(query) ==
        std::string("\x12\x34\1\x30\0\1\0\0\0\0\0\1\1a\0\0\x34\0\1\0\0\x29\4\xD0\0\0\x80\0\0\0", 30));
}
