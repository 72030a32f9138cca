#include <doctest/doctest.h>

#include "smtp/reply.hpp"

using namespace sm::smtp;

namespace {

// Every reply of `bytes`, given in pieces of `size`; an error ends it as code 0.
std::vector<Reply> read(std::string_view bytes, std::size_t size) {
  ReplyReader reader;
  std::vector<Reply> replies;
  while (!bytes.empty()) {
    reader.push(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
    while (true) {
      auto reply = reader.next();
      if (!reply) {
        CHECK(reply.error().code == "smtp.reply");
        CHECK_FALSE(reader.next());
        replies.push_back({});
        return replies;
      }
      if (!*reply) break;
      replies.push_back(std::move(**reply));
    }
  }
  return replies;
}

bool is_broken(std::string_view bytes) {
  const auto replies = read(bytes, bytes.size());
  return !replies.empty() && replies.back().code == 0;
}

}  // namespace

TEST_CASE("reply/read: one line and several, whatever pieces they come in") {
  for (const std::size_t size : {1, 2, 3, 7, 1000}) {
    CAPTURE(size);
    const auto replies =
        read("220 mail.example.org ESMTP\r\n250-mail.example.org\r\n250-SIZE 10\n250 STARTTLS\r\n421\r\n", size);
    REQUIRE(replies.size() == 3);
    CHECK(replies[0].code == 220);
    CHECK(replies[0].lines == std::vector<std::string>{"mail.example.org ESMTP"});
    CHECK(replies[1].lines == std::vector<std::string>{"mail.example.org", "SIZE 10", "STARTTLS"});
    CHECK(replies[1].text() == "250 mail.example.org SIZE 10 STARTTLS");
    CHECK(replies[1].is_success());
    CHECK(replies[2].is_temporary());
    CHECK(replies[2].lines == std::vector<std::string>{""});
  }
}

TEST_CASE("reply/refused: no code, another code in the middle, no separator") {
  CHECK(is_broken("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(is_broken("250-one\r\n251 two\r\n"));
  CHECK(is_broken("2500 x\r\n"));
  CHECK(is_broken("150 x\r\n"));
  CHECK(is_broken("600 x\r\n"));
  CHECK(is_broken("\r\n"));
  CHECK(is_broken("25\r\n"));
}

TEST_CASE("reply/limits: a line, also one without an end, and the number of lines") {
  CHECK_FALSE(is_broken("220 " + std::string(max_reply_line - 4, 'x') + "\r\n"));
  CHECK(is_broken("220 " + std::string(max_reply_line - 2, 'x') + "\r\n"));
  CHECK(is_broken("220 " + std::string(200'000, 'x')));
  std::string lines;
  for (std::size_t i = 1; i < max_reply_lines; ++i) lines += "250-x\r\n";
  CHECK_FALSE(is_broken(lines + "250 x\r\n"));
  CHECK(is_broken(lines + "250-x\r\n250 x\r\n"));
}

TEST_CASE("reply/pending: what stands behind the reply is counted") {
  ReplyReader reader;
  reader.push("220 go ahead\r\n250 injected\r\n");
  REQUIRE(*reader.next());
  CHECK(reader.pending() == 14);
}
