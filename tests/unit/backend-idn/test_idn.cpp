#include <doctest/doctest.h>

#include <string>

#include "backend/idn/idn.hpp"

using namespace sm;

TEST_CASE("idn/to_ascii: A-labels, case folded, non-transitional") {
  CHECK(*idn::to_ascii("b\xC3\xBC"
                       "cher.example") == "xn--bcher-kva.example");
  CHECK(*idn::to_ascii("B\xC3\x9C"
                       "CHER.Example") == "xn--bcher-kva.example");
  CHECK(*idn::to_ascii("bu\xCC\x88"
                       "cher.example") == "xn--bcher-kva.example");  // u and a combining diaeresis
  CHECK(*idn::to_ascii("stra\xC3\x9F"
                       "e.example") == "xn--strae-oqa.example");
  CHECK(*idn::to_ascii("_25._tcp.mail.example") == "_25._tcp.mail.example");
  CHECK(*idn::to_ascii("\xE4\xBE\x8B\xE3\x80\x82\xE3\x83\x86\xE3\x82\xB9\xE3\x83\x88") ==
        "xn--fsq.xn--zckzah");  // an ideographic full stop
}

TEST_CASE("idn/to_ascii: what is none") {
  for (const std::string& text : {std::string("b\xFC"
                                              "cher.example"),
                                  std::string("a\xC3\xBC\0b", 5), "\xC3\xBC" + std::string(70, 'a') + ".example",
                                  std::string("\xE2\x80\xAE"
                                              "a.example"),
                                  std::string("\xCC\x88"
                                              "a.example")}) {
    const auto ascii = idn::to_ascii(text);
    REQUIRE_FALSE(ascii);
    CHECK(ascii.error().code == "dns.bad-idn");
    CHECK(ascii.error().kind == ErrorKind::data);
  }
}

TEST_CASE("idn/to_unicode: for showing") {
  CHECK(idn::to_unicode("xn--bcher-kva.example") ==
        "b\xC3\xBC"
        "cher.example");
  CHECK(idn::to_unicode("mail.example") == "mail.example");
  CHECK(idn::to_unicode("xn--\xFF.example") == "xn--\xFF.example");
}
