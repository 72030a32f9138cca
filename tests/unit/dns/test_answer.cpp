#include <doctest/doctest.h>

#include <string>

#include "dns/answer.hpp"
#include "dns/zone_text.hpp"

using namespace sm;
using namespace sm::dns;

namespace {

Query query_of(const char* name, Type type, bool signatures = false) {
  return {.name = *Name::parse(name), .type = type, .signatures = signatures};
}

Message response(const Query& query, std::string_view answers, std::string_view authority = "") {
  Message message{.response = true};
  message.questions.push_back({query.name, query.type});
  message.answers = *parse_zone_text(answers);
  message.authority = *parse_zone_text(authority);
  return message;
}

Answer read(const Query& query, const Message& message) {
  Answer answer = answer_to(query);
  read_answer(message, query, answer);
  return answer;
}

const Query mx = query_of("example.org", Type::mx);
const Query www = query_of("www.example.org", Type::a, true);
constexpr std::string_view soa = "example.org. 900 SOA ns. h. 1 2 3 4 60\n";

}  // namespace

TEST_CASE("answer/data: of the type, at the name, in the class") {
  Message message = response(mx,
                             "EXAMPLE.org. 300 MX 10 a.\nexample.org. 200 MX 20 b.\nexample.org. A 192.0.2.1\n"
                             "other.org. 1 MX 5 c.\n");
  message.answers.push_back({.name = mx.name, .type = Type::mx, .dns_class = 3, .data = Mx{1, *Name::parse("chaos")}});
  const Answer answer = read(mx, message);
  CHECK(answer.outcome == Outcome::data);
  CHECK(answer.records.size() == 2);
  CHECK(answer.ttl == 200);
  CHECK(answer.rcode == Rcode::noerror);
  CHECK(answer.security == Security::indeterminate);
}

TEST_CASE("answer/chain: aliases in any order, signatures of each link") {
  const Answer answer = read(www, response(www,
                                           "host.example.net. 300 A 192.0.2.1\n"
                                           "b.example.org. 30 CNAME host.example.net.\n"
                                           "www.example.org. 60 CNAME b.example.org.\n"
                                           "host.example.net. RRSIG A 13 3 300 2 1 1 example.net. AAAA\n"
                                           "host.example.net. RRSIG AAAA 13 3 300 2 1 1 example.net. AAAA\n"
                                           "www.example.org. RRSIG CNAME 13 3 300 2 1 1 example.org. AAAA\n"
                                           "www.example.org. RRSIG A 13 3 300 2 1 1 example.org. AAAA\n"
                                           "else.example.org. RRSIG A 13 3 300 2 1 1 example.org. AAAA\n"));
  CHECK(answer.chain.size() == 3);
  CHECK(answer.canonical().text() == "host.example.net");
  CHECK(answer.ttl == 30);
  CHECK(answer.data<A>().size() == 1);
  CHECK(answer.signatures.size() == 2);
  // What a DNAME made has no signature of its own.
  const Answer made = read(www, response(www,
                                         "example.org. DNAME \\# 5 037a7a7a00\n"
                                         "example.org. RRSIG DNAME 13 2 300 2 1 1 example.org. AAAA\n"
                                         "else.org. RRSIG DNAME 13 2 300 2 1 1 else.org. AAAA\n"
                                         "www.example.org. 60 CNAME www.zzz.\nwww.zzz. A 192.0.2.1\n"));
  CHECK(made.signatures.size() == 1);
  // The alias itself was asked for: it is the data.
  const Query alias = query_of("www.example.org", Type::cname);
  CHECK(read(alias, response(alias, "www.example.org. CNAME b.example.org.\nb.example.org. CNAME www.example.org.\n"))
            .records.size() == 1);
}

TEST_CASE("answer/chain: loops and lengths") {
  CHECK(read(www, response(www, "www.example.org. CNAME www.example.org.\n")).failure == Failure::malformed);
  const Answer loop = read(www, response(www, "www.example.org. CNAME b.\nb. CNAME www.example.org.\n"));
  CHECK(loop.failure == Failure::malformed);
  CHECK(loop.chain == std::vector<Name>{www.name});
  std::string links = "www.example.org. CNAME n1.\n";
  for (std::size_t i = 1; i < max_chain - 1; ++i)
    links += "n" + std::to_string(i) + ". CNAME n" + std::to_string(i + 1) + ".\n";
  const std::string last = "n" + std::to_string(max_chain - 1);
  CHECK(read(www, response(www, links + last + ". A 192.0.2.1\n")).chain.size() == max_chain);
  CHECK(read(www, response(www, links + last + ". CNAME end.\nend. A 192.0.2.1\n")).failure == Failure::malformed);
  Message opaque = response(www, "");
  opaque.answers.push_back({.name = www.name, .type = Type::cname, .data = Opaque{"\5x"}});
  CHECK(read(www, opaque).failure == Failure::malformed);
}

TEST_CASE("answer/denial: no data and no name, and how long they hold") {
  Message message = response(mx, "", soa);
  CHECK(read(mx, message).outcome == Outcome::no_data);
  CHECK(read(mx, message).ttl == 60);
  message.rcode = Rcode::nxdomain;
  CHECK(read(mx, message).outcome == Outcome::no_name);
  CHECK(read(mx, response(mx, "", "")).ttl == 0);
  // The end of a chain may be missing.
  const Answer end = read(www, response(www, "www.example.org. 5 CNAME gone.example.org.\n", soa));
  CHECK(end.outcome == Outcome::no_data);
  CHECK(end.canonical().text() == "gone.example.org");
  CHECK(end.ttl == 5);
  // RFC 2308 §2.2: a referral is no denial.
  CHECK(read(mx, response(mx, "", "example.org. NS ns.example.org.\n")).failure == Failure::refused);
  CHECK(read(mx, response(mx, "", std::string(soa) + "example.org. NS ns.example.org.\n")).outcome == Outcome::no_data);
  // NXDOMAIN with the very data.
  Message contradiction = response(mx, "example.org. MX 10 a.\n");
  contradiction.rcode = Rcode::nxdomain;
  CHECK(read(mx, contradiction).failure == Failure::malformed);
}

TEST_CASE("answer/failure: codes, other questions, no response, truncated") {
  const auto with = [](auto change) {
    Message message = response(mx, "example.org. MX 10 a.\n");
    change(message);
    return read(mx, message);
  };
  CHECK(with([](Message& m) { m.rcode = Rcode::servfail; }).failure == Failure::servfail);
  CHECK(with([](Message& m) { m.rcode = Rcode::refused; }).failure == Failure::refused);
  CHECK(with([](Message& m) { m.rcode = static_cast<Rcode>(16); }).failure == Failure::refused);
  CHECK(with([](Message& m) { m.response = false; }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.truncated = true; }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.opcode = 4; }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.questions.clear(); }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.questions[0].type = Type::a; }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.questions[0].name = *Name::parse("example.net"); }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.questions[0].question_class = 3; }).failure == Failure::malformed);
  CHECK(with([](Message& m) { m.rcode = Rcode::servfail; }).records.empty());
}

TEST_CASE("answer/error: the extended error that says most") {
  Message message = response(mx, "");
  message.rcode = Rcode::servfail;
  message.edns = Edns{};
  const auto error = [](int code, const char* text) {
    return Opt::Option{option_extended_error, std::string(1, '\0') + static_cast<char>(code) + text};
  };
  message.edns->options.options = {error(22, "x"), error(7, "expired"), error(6, "y")};
  CHECK(read(mx, message).extended_error == ExtendedError{7, "expired"});
  message.edns->options.options = {error(22, "x"), error(23, "y")};
  CHECK(read(mx, message).extended_error == ExtendedError{22, "x"});
  CHECK(describe({7, "a"}) == "signature expired (extended error 7: \"a\")");
  CHECK(describe({7, ""}) == "signature expired (extended error 7)");
  CHECK(describe({4711, ""}) == "an unknown extended error (extended error 4711)");
}
