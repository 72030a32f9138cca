#include <doctest/doctest.h>

#include <string>

#include "dns/properties.hpp"
#include "dns/rdata.hpp"

using namespace sm;
using namespace sm::dns;
using namespace std::string_literals;

namespace {

Rdata parse(Type type, std::string_view text) {
  auto data = parse_rdata(type, text, *Name::parse("example.org"));
  REQUIRE_MESSAGE(data, std::string(text));
  return *std::move(data);
}

bool refused(Type type, std::string_view text) {
  const auto data = parse_rdata(type, text);
  return !data && data.error().code == "dns.zone-syntax";
}

bool is_opaque(Type type, std::string_view wire) {
  return std::holds_alternative<Opaque>(read_rdata(type, wire));
}

template <class T>
T get(Rdata data) {
  return std::get<T>(std::move(data));
}

}  // namespace

TEST_CASE("rdata/text: each type's own form") {
  CHECK(get<A>(parse(Type::a, "192.0.2.1")).address == std::array<std::uint8_t, 4>{192, 0, 2, 1});
  CHECK(get<Mx>(parse(Type::mx, "10 mail")).exchange.text() == "mail.example.org");
  CHECK(get<Mx>(parse(Type::mx, "0 .")).exchange.is_root());
  CHECK(get<Cname>(parse(Type::cname, "@")).target.text() == "example.org");
  CHECK(get<Ns>(parse(Type::ns, "ns.")).server.text() == "ns");
  CHECK(get<Ns>(parse(Type::ns, R"(ns\.)")).server.text() == R"(ns\..example.org)");
  CHECK(get<Txt>(parse(Type::txt, R"("a b" c "\"\\\065")")).strings == std::vector<std::string>{"a b", "c", "\"\\A"});
  CHECK(get<Txt>(parse(Type::txt, R"("v=" "x")")).joined() == "v=x");
  CHECK(get<Tlsa>(parse(Type::tlsa, "3 1 1 00ff (aB\n cd)")).data == "\x00\xFF\xAB\xCD"s);
  CHECK(get<Caa>(parse(Type::caa, R"(0 issue ";")")).value == ";");
  CHECK(get<Caa>(parse(Type::caa, R"(0 issue "")")).value.empty());
  CHECK(get<Soa>(parse(Type::soa, "ns hostmaster (1 2 3 4 ; five\n 5)")).minimum == 5);
  CHECK(get<Rrsig>(parse(Type::rrsig, "MX 13 2 300 20261231235959 1795910400 1 @ AAEC")).expiration == 1798761599);
  CHECK(get<Opaque>(parse(static_cast<Type>(65280), "\\# 3 01 02 03")).bytes == "\1\2\3");
  CHECK(get<A>(parse(Type::a, "\\# 4 c0000201")) == get<A>(parse(Type::a, "192.0.2.1")));
  CHECK(text_of(Rdata(Tlsa{3, 1, 1, ""})) == "\\# 3 030101");
  CHECK(text_of(Rdata(Opt{{{15, "\0\6x"s}}})) == "\\# 7 000f0003000678");
}

TEST_CASE("rdata/text: what is none of the type's form") {
  for (const char* text : {"192.0.2", "192.0.2.256", "192.0.2.1 x", "::1", ""})
    CHECK_MESSAGE(refused(Type::a, text), text);
  for (const char* text : {"2001:db8::g", "192.0.2.1"}) CHECK_MESSAGE(refused(Type::aaaa, text), text);
  for (const char* text : {"10", "65536 a", "-1 a", "a 10", "10 a b", "10 \"a\"", "10 a..b"})
    CHECK_MESSAGE(refused(Type::mx, text), text);
  for (const char* text : {"3 1 1", "3 1 1 0", "3 1 1 zz", "256 1 1 00", "3 1 00"})
    CHECK_MESSAGE(refused(Type::tlsa, text), text);
  for (const char* text : {"0 issue", "0 \"\" x", "0 is-sue x", "0 issue x y"})
    CHECK_MESSAGE(refused(Type::caa, text), text);
  for (const char* text : {"\"a", "a\\", "\"\\25\"", "\"\\256\"", "(a", "a)"})
    CHECK_MESSAGE(refused(Type::txt, text), text);
  CHECK(refused(Type::txt, std::string(256, 'a')));
  for (const char* text : {"MX 13 2 300 20261301000000 0 1 . AA==", "MX 13 2 300 20260231000000 0 1 . AA==",
                           "MX 13 2 300 2026 x 1 . AA==", "MX 13 2 300 1 2 1 . A", "XX 13 2 300 1 2 1 . AA=="})
    CHECK_MESSAGE(refused(Type::rrsig, text), text);
  for (const char* text : {"\\#", "\\# 2 00", "\\# 1 0", "\\# x 00", "\\# 0 00", "00"})
    CHECK_MESSAGE(refused(static_cast<Type>(65280), text), text);
}

TEST_CASE("rdata/wire: what is not as its type demands is opaque") {
  CHECK(is_opaque(Type::a, "123"));
  CHECK(is_opaque(Type::a, "12345"));
  CHECK(is_opaque(Type::aaaa, "123456789012345"));
  CHECK(is_opaque(Type::mx, "\0"s));
  CHECK(is_opaque(Type::mx, "\0\1\1a"s));
  CHECK(is_opaque(Type::mx, "\0\1\0x"s));
  CHECK(is_opaque(Type::mx, "\0\0\xC0\0"s));  // a pointer, and no message
  CHECK(is_opaque(Type::txt, ""));
  CHECK(is_opaque(Type::txt, "\5abc"));
  CHECK(is_opaque(Type::tlsa, "\3\1"));
  CHECK(is_opaque(Type::caa, "\0\0x"s));
  CHECK(is_opaque(Type::caa, "\0\1-x"s));
  CHECK(is_opaque(Type::rrsig, std::string(17, '\0')));
  CHECK(is_opaque(Type::opt, "\0\1\0\2x"s));
  CHECK_FALSE(is_opaque(Type::tlsa, "\3\1\1"));
  CHECK_FALSE(is_opaque(Type::opt, ""));
}

TEST_CASE("rdata/write: values without a wire form") {
  CHECK_FALSE(write_rdata(Txt{}));
  CHECK_FALSE(write_rdata(Txt{{std::string(256, 'x')}}));
  CHECK_FALSE(write_rdata(Caa{0, "", "x"}));
  CHECK_FALSE(write_rdata(Tlsa{3, 0, 0, std::string(65533, 'x')}));
  CHECK(write_rdata(Tlsa{3, 0, 0, std::string(65532, 'x')}));
}

TEST_CASE("rdata/rrsig: times in serial number arithmetic") {
  CHECK(seconds_until(1798761599, 1798761600) == -1);
  CHECK(seconds_until(1798761599, 1798761500) == 99);
  CHECK(seconds_until(100, 4294967290) == 106);  // past 2106
  CHECK(seconds_until(4294967290u, 4294967396) == -106);
}

TEST_CASE("rdata/opt: extended errors, and what is too short to be one") {
  const Opt opt{{{15, "\0\6bogus"s}, {15, "\0"s}, {3, "\0\6x"s}, {15, "\1\0"s}}};
  CHECK(opt.extended_errors() == std::vector<ExtendedError>{{6, "bogus"}, {256, ""}});
}

TEST_CASE("type: names both ways") {
  CHECK(text_of(Type::tlsa) == "TLSA");
  CHECK(text_of(static_cast<Type>(65280)) == "TYPE65280");
  CHECK(parse_type("tlsa") == Type::tlsa);
  CHECK(parse_type("type52") == Type::tlsa);
  for (const char* text : {"", "TYPE", "TYPE65536", "TYPE1x", "TYPE0000000001", "MXX"}) CHECK_FALSE(parse_type(text));
  CHECK(text_of(Rcode::nxdomain) == "NXDOMAIN");
  CHECK(text_of(static_cast<Rcode>(23)) == "RCODE23");
}
