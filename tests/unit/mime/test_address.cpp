#include "mime/address.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace sm::mime;

namespace {

// The addresses of a field, with a bar between; "malformed".
std::string addresses(std::string_view body) {
  const auto mailboxes = parse_mailboxes(body);
  if (!mailboxes) return "malformed";
  std::string out;
  for (const Mailbox& mailbox : *mailboxes) {
    if (!out.empty()) out += '|';
    out += mailbox.address;
  }
  return out;
}

std::string name(std::string_view body) {
  const auto mailboxes = parse_mailboxes(body);
  return mailboxes && mailboxes->size() == 1 ? (*mailboxes)[0].name : "malformed";
}

std::string of_user_id(std::string_view user_id) {
  return user_id_address(user_id).value_or("none");
}

}  // namespace

TEST_CASE("mime/address: usual mailboxes") {
  CHECK(addresses("alice@example.org") == "alice@example.org");
  CHECK(addresses(" Alice <alice@example.org> ") == "alice@example.org");
  CHECK(addresses("<alice@example.org>") == "alice@example.org");
  CHECK(addresses("A B. C <a@b>, d@e,\r\n \"F, G\" <h@i>") == "a@b|d@e|h@i");
  CHECK(addresses("ALICE@Example.ORG") == "alice@example.org");
  CHECK(addresses("a+b=c/d!#$%&'*-?^_`{|}~@x") == "a+b=c/d!#$%&'*-?^_`{|}~@x");
  CHECK(addresses("a@[192.0.2.1]") == "a@[192.0.2.1]");
  CHECK(addresses("a@[IPv6:2001:DB8::1]") == "a@[ipv6:2001:db8::1]");
  CHECK(addresses("m\xC3\xBCller@b\xC3\xBC.example") == "m\xC3\xBCller@b\xC3\xBC.example");
  CHECK(addresses("\xC3\x84@x") == "\xC3\x84@x");  // only ASCII has a lower case here
  CHECK(addresses("") == "");
}

TEST_CASE("mime/address: no trick makes an address of a name, a comment or an encoded word") {
  CHECK(addresses("\"alice@example.org\" <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("alice@example.org <eve@evil.org>") == "malformed");
  CHECK(addresses("(alice@example.org) eve@evil.org") == "eve@evil.org");
  CHECK(addresses("eve@evil.org (alice@example.org)") == "eve@evil.org");
  CHECK(addresses("eve@evil.org (<alice@example.org>)") == "eve@evil.org");
  CHECK(addresses("=?utf-8?q?alice=40example=2Eorg?= <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("=?utf-8?b?YWxpY2VAZXhhbXBsZS5vcmc=?=") == "malformed");
  CHECK(addresses("=?utf-8?q?alice=40example.org=3E?= <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("=?utf-8?q?alice@example.org?= <eve@evil.org>") == "malformed");
  CHECK(addresses("<alice@example.org> <eve@evil.org>") == "malformed");
  CHECK(addresses("<alice@example.org>eve@evil.org") == "malformed");
  CHECK(addresses("<eve@evil.org> alice@example.org") == "malformed");
  CHECK(addresses("alice@example.org eve@evil.org") == "malformed");
  CHECK(addresses("alice@example.org\xC2\xA0<eve@evil.org>") == "malformed");
  CHECK(addresses("\"alice@example.org\"<eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("alice@example.org\\ <eve@evil.org>") == "malformed");
  CHECK(addresses("<\"alice@example.org\"@evil.org>") == "\"alice@example.org\"@evil.org");
  CHECK(addresses("\"<alice@example.org>\" <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("\"alice\\\" <alice@example.org>\" <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("(\\) <alice@example.org>) <eve@evil.org>") == "eve@evil.org");
  CHECK(addresses("alice@example.org@evil.org") == "malformed");
  CHECK(addresses("alice@example.org, eve@evil.org") == "alice@example.org|eve@evil.org");
  CHECK(addresses(std::string_view("alice@example.org\0<eve@evil.org>", 32)) == "malformed");
}

TEST_CASE("mime/address: one malformed mailbox spoils the field") {
  for (const std::string_view body : {"alice",
                                      "alice@",
                                      "@example.org",
                                      "<>",
                                      "<alice>",
                                      "Alice <alice@example.org",
                                      "alice@example.org>",
                                      "a@b, c",
                                      "a@b;",
                                      "a@b:",
                                      "a b@c",
                                      "a..b@c",
                                      ".a@b",
                                      "a.@b",
                                      "a@b.",
                                      "a@.b",
                                      "a@b..c",
                                      "a@b@c",
                                      "a@[1.2.3.4",
                                      "a@[1 2]",
                                      "a@[\\]]",
                                      "a@[]",
                                      "\"a@b",
                                      "(a@b",
                                      "a)@b",
                                      "a[b]@c",
                                      "Foo [bar] <a@b>",
                                      ". <a@b>",
                                      "a\x01@b",
                                      "\"a\x02\"@b",
                                      "\"a\tb\"@c",
                                      "a\x7F@b",
                                      "a@b\nc@d",
                                      "a@b\rc",
                                      "\xFF@b",
                                      "a@\xC3",
                                      "a@\xC2\x85x",
                                      "g: a@b",
                                      "g: h: a@b; ;",
                                      "g: a@b; c@d",
                                      ": a@b;",
                                      "g: a@b;;",
                                      "<<a@b>>",
                                      "<a@b> x"}) {
    CAPTURE(body);
    CHECK(addresses(body) == "malformed");
  }
}

TEST_CASE("mime/address: a control spoils the field wherever it stands") {
  for (const char control : {'\0', '\x01', '\x1B', '\x7F', '\r', '\n'}) {
    const std::string one(1, control);
    for (const std::string& body : {one + "a@b", "a" + one + "b@c", "\"x" + one + "y\" <a@b>", "x" + one + "y <a@b>",
                                    "a@b (x" + one + "y)", "x\t\"\\" + one + "\" <a@b>"}) {
      CAPTURE(body);
      CHECK(addresses(body) == "malformed");
    }
  }
  CHECK(addresses(std::string_view("a@b\0", 4)) == "malformed");
  CHECK(addresses("\"x\r\n y\" <a@b> (c\n\td)\r\n") == "a@b");
}

TEST_CASE("mime/address: obsolete forms") {
  CHECK(addresses("<@a,@b:c@d>") == "c@d");
  CHECK(addresses("Joe <@a.example, ,@[1.2.3.4] : c@d>") == "c@d");
  CHECK(addresses("<@a,@b c@d>") == "malformed");
  CHECK(addresses("<@a:>") == "malformed");
  CHECK(addresses(", a@b,, c@d ,") == "a@b|c@d");
  CHECK(addresses("a . b @ c . d") == "a.b@c.d");
  CHECK(addresses("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>") == "pete@silly.test");
  CHECK(addresses("Dr. J. Doe <a@b>") == "a@b");
}

TEST_CASE("mime/address: groups are flattened") {
  CHECK(addresses("undisclosed-recipients:;") == "");
  CHECK(addresses("Undisclosed recipients: (nobody) ;") == "");
  CHECK(addresses("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;") ==
        "c@a.test|joe@where.test|jdoe@one.test");
  CHECK(addresses("x@y, g: a@b;, h:;, z@z") == "x@y|a@b|z@z");
  CHECK(addresses("\"g\": ,a@b,;") == "a@b");
}

TEST_CASE("mime/address: a local part is quoted only where it must be") {
  CHECK(addresses("\"alice\"@x") == "alice@x");
  CHECK(addresses("\"al\\ice\"@x") == "alice@x");
  CHECK(addresses("\"a\".\"b\"@x") == "a.b@x");
  CHECK(addresses("\"a.b\"@x") == "a.b@x");
  CHECK(addresses("\"A b\"@x") == "\"a b\"@x");
  CHECK(addresses("\"a.\"@x") == "\"a.\"@x");
  CHECK(addresses("\"\"@x") == "\"\"@x");
  CHECK(addresses("\"a\\\"b\\\\\"@x") == "\"a\\\"b\\\\\"@x");
}

TEST_CASE("mime/address: limits") {
  const std::string longest = std::string(900, 'a') + "@" + std::string(97, 'b');
  REQUIRE(longest.size() == 998);
  CHECK(parse_address(longest) == longest);
  CHECK_FALSE(parse_address("a" + longest));
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "a@b,";
  CHECK(parse_mailboxes(many)->size() == 10'000);
  CHECK_FALSE(parse_mailboxes(many + "a@b"));
}

TEST_CASE("mime/address: display names") {
  CHECK(name("Alice  B. Smith <a@b>") == "Alice B. Smith");
  CHECK(name("\"Smith, Alice\" <a@b>") == "Smith, Alice");
  CHECK(name("=?utf-8?q?M=C3=BCller?= =?utf-8?q?=2C_X?= <a@b>") == "M\xC3\xBCller, X");
  CHECK(name("=?utf-8?q?a?= \"=?utf-8?q?b?=\" c <a@b>") == "a =?utf-8?q?b?= c");
  CHECK(name("x\"y\"z <a@b>") == "xyz");
  CHECK(name("M\xFCller <a@b>") == "M\xFCller");
  CHECK(name("a@b") == "");
  CHECK(name("<a@b>") == "");
}

TEST_CASE("mime/address: an address alone") {
  CHECK(parse_address("Alice@Example.ORG") == "alice@example.org");
  CHECK(parse_address("\"a b\"@x") == "\"a b\"@x");
  CHECK(parse_address("a@[::1]") == "a@[::1]");
  for (const std::string_view text : {"", " a@b", "a@b ", "a@ b", "a @b", "a@b(c)", "(c)a@b", "<a@b>", "a@b,c@d",
                                      "a@b\n", "a", "a@b.", "g:a@b;", "\"a\n b\"@c"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("mime/address: the address of a user ID") {
  CHECK(of_user_id("Alice <alice@example.org>") == "alice@example.org");
  CHECK(of_user_id("Alice (work) <Alice@example.org>") == "alice@example.org");
  CHECK(of_user_id("alice@example.org") == "alice@example.org");
  CHECK(of_user_id("<alice@example.org>") == "alice@example.org");
  CHECK(of_user_id("Dr. Foo, Bar; [x] (\"y\") <a@b>") == "a@b");
  CHECK(of_user_id("M\xC3\xBCller <a@b>") == "a@b");
  CHECK(of_user_id("Foo @work <a@b>") == "a@b");
  CHECK(of_user_id("a@b <A@b>") == "a@b");  // the same twice is one
  CHECK(of_user_id("(a@b) <a@b>") == "a@b");

  CHECK(of_user_id("Alice") == "none");
  CHECK(of_user_id("") == "none");
  CHECK(of_user_id("<>") == "none");
  CHECK(of_user_id("alice@example.org <eve@evil.org>") == "none");
  CHECK(of_user_id("\"alice@example.org\" <eve@evil.org>") == "none");
  CHECK(of_user_id("Eve (alice@example.org.) <eve@evil.org>") == "none");
  CHECK(of_user_id("mailto:alice@example.org <eve@evil.org>") == "none");
  CHECK(of_user_id("alice@example.org@ <eve@evil.org>") == "none");
  CHECK(of_user_id("alice@example.org\xC2\xA0 <eve@evil.org>") == "none");
  CHECK(of_user_id("<alice@example.org> <eve@evil.org>") == "none");
  CHECK(of_user_id("Eve <eve@evil.org> alice@example.org") == "none");
  CHECK(of_user_id("Eve <eve@evil.org> (x)") == "none");
  CHECK(of_user_id("Eve <eve@evil.org>>") == "none");
  CHECK(of_user_id("Eve <<eve@evil.org>") == "none");
  CHECK(of_user_id("Eve < eve@evil.org >") == "none");
  CHECK(of_user_id("Eve <\"a<b\"@evil.org>") == "none");
  CHECK(of_user_id("Eve > <eve@evil.org>") == "none");
  CHECK(of_user_id("alice@example.org, eve@evil.org") == "none");
  CHECK(of_user_id("alice@example.org eve@evil.org") == "none");
  CHECK(of_user_id("Eve\n<eve@evil.org>") == "none");
  CHECK(of_user_id(std::string_view("Eve\0<eve@evil.org>", 18)) == "none");
  CHECK(of_user_id("Eve \xC2\x9B<eve@evil.org>") == "none");
  CHECK(of_user_id("J\xF6rg <joerg@example.org>") == "joerg@example.org");
  CHECK(of_user_id("Eve \xFF <eve\xFF@evil.org>") == "none");
  CHECK(of_user_id("J\xF6rg \xFFx@example.net <joerg@example.org>") == "none");
  CHECK(of_user_id("j\xF6rg@example.org") == "none");
}

TEST_CASE("mime/address: hostile text takes linear time") {
  for (const std::string_view unit :
       {"(", "\"", "a ", "a.", "\\", "<", "@", ",", "=?utf-8?q?a?= ", "a:", "@a,", "a@b,", "()"}) {
    CAPTURE(unit);
    std::string text;
    while (text.size() < 256 * 1024) text += unit;
    const auto begin = std::chrono::steady_clock::now();
    (void)parse_mailboxes(text);
    (void)parse_mailboxes("<" + text);
    (void)user_id_address(text + "<a@b>");
    CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 2);
  }
}
