#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

#include "text/time.hpp"

namespace {

constexpr std::int64_t day = 86400;
constexpr std::int64_t now = 1795300200;  // 2026-11-21T22:30:00Z

// Sets TZ and puts it back.
class Zone {
 public:
  explicit Zone(const char* value) {
    if (const char* old = std::getenv("TZ")) {
      old_ = old;
      had_ = true;
    }
    setenv("TZ", value, 1);
  }
  ~Zone() {
    if (had_) {
      setenv("TZ", old_.c_str(), 1);
    } else {
      unsetenv("TZ");
    }
  }

 private:
  std::string old_;
  bool had_ = false;
};

}  // namespace

TEST_CASE("text/time: RFC 3339 in UTC, whatever TZ says") {
  const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  CHECK(sm::rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(sm::rfc3339(now) == "2026-11-21T22:30:00Z");
  CHECK(sm::rfc3339(951827696) == "2000-02-29T12:34:56Z");
  CHECK(sm::rfc3339(-1) == "1969-12-31T23:59:59Z");
  CHECK(sm::rfc3339(4294967295) == "2106-02-07T06:28:15Z");
}

TEST_CASE("text/time: years keep four digits however absurd the time") {
  CHECK(sm::rfc3339(std::numeric_limits<std::int64_t>::max()).substr(0, 5) == "9999-");
  CHECK(sm::rfc3339(std::numeric_limits<std::int64_t>::min()).substr(0, 5) == "0000-");
  const Zone zone("XXX-14");
  CHECK(sm::local_time(std::numeric_limits<std::int64_t>::max()).substr(0, 5) == "9999-");
}

TEST_CASE("text/time: local time follows TZ and shows its offset") {
  {
    const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CHECK(sm::local_time(now) == "2026-11-21 23:30:00 +0100");
    CHECK(sm::local_time(1782900000) == "2026-07-01 12:00:00 +0200");
  }
  {
    const Zone zone("NST3:30");
    CHECK(sm::local_time(now) == "2026-11-21 19:00:00 -0330");
  }
  const Zone zone("UTC0");
  CHECK(sm::local_time(now) == "2026-11-21 22:30:00 +0000");
}

TEST_CASE("text/time: lifetimes") {
  CHECK(sm::parse_lifetime("90d", now) == 90 * day);
  CHECK(sm::parse_lifetime("2w", now) == 14 * day);
  CHECK(sm::parse_lifetime("18mo", now) == 540 * day);
  CHECK(sm::parse_lifetime("2y", now) == 730 * day);
  CHECK(sm::parse_lifetime("never", now) == 0);
  CHECK(sm::parse_lifetime("2026-11-21", now) == 5399);  // to 23:59:59
  CHECK(sm::rfc3339(now + sm::parse_lifetime("2030-01-31", now).value()) == "2030-01-31T23:59:59Z");
  CHECK(sm::parse_lifetime("2028-02-29", now).has_value());
  CHECK(sm::parse_lifetime("136y", now) == 136 * 365 * day);
}

TEST_CASE("text/time: what is no lifetime, over, or beyond what a key can hold is refused") {
  for (const char* text : {"",
                           "90",
                           "18m",
                           "d",
                           "-1d",
                           "+1d",
                           "1 d",
                           " 1d",
                           "1d ",
                           "1D",
                           "1.5y",
                           "0d",
                           "0y",
                           "0",
                           "Never",
                           "never ",
                           "90s",
                           "1h",
                           "2y3mo",
                           "2026-11-20",
                           "1970-01-01",
                           "2027-02-29",
                           "2027-13-01",
                           "2027-00-01",
                           "2027-01-00",
                           "2027-1-1",
                           "27-01-01",
                           "2027-01-01T",
                           "2027/01/01",
                           "+027-01-01",
                           "2027--1-01",
                           "9999-12-31",
                           "137y",
                           "99999999999999999999d",
                           "18446744073709551615y",
                           "0x10d",
                           "1e3d"}) {
    CAPTURE(text);
    CHECK(!sm::parse_lifetime(text, now));
  }
  CHECK(!sm::parse_lifetime("2026-11-21", now + 5399));
}

TEST_CASE("text/time: durations of clocks") {
  CHECK(sm::parse_duration("30s") == 30);
  CHECK(sm::parse_duration("15min") == 900);
  CHECK(sm::parse_duration("8h") == 28800);
  CHECK(sm::parse_duration("7d") == 7 * day);
  CHECK(sm::parse_duration("0s") == 0);
  CHECK(sm::parse_duration("30", true) == 30);
  CHECK(sm::parse_duration("30s", true) == 30);
  for (const char* text : {"", "30", "15m", "1y", "s", "-1s", "1 s", "1.5h", "99999999999999999999s", "30000d"}) {
    CAPTURE(text);
    CHECK(!sm::parse_duration(text));
  }
  CHECK(!sm::parse_duration("15m", true));
  CHECK(!sm::parse_duration("", true));
}

TEST_CASE("text/time: dates of HTTP") {
  CHECK(sm::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK(sm::parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(sm::parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == 1709251199);
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08-49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun,006 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK(!sm::parse_http_date(text));
  }
}

TEST_CASE("text/time: sizes") {
  CHECK(sm::parse_size("1048576") == 1048576);
  CHECK(sm::parse_size("512K") == 512 * 1024);
  CHECK(sm::parse_size("10M") == 10 * 1024 * 1024);
  CHECK(sm::parse_size("1g") == 1024 * 1024 * 1024);
  CHECK(sm::parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", "K", "-1", "1T", "10MB", "1 M", "1.5G", "18446744073709551616", "17179869184G"}) {
    CAPTURE(text);
    CHECK(!sm::parse_size(text));
  }
}
