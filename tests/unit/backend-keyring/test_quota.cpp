#include <doctest/doctest.h>

#include "backend/keyring/quota.hpp"

namespace sm::keyring {

TEST_CASE("the line of a user") {
  constexpr std::string_view users =
      "    0:    10 9/9 4/1000000 52/25000000\n"
      " 1000:     7 7/6 5/200 19990/20000\n"
      "10001:     2 2/2 2/200 30/20000\n";
  const auto quota = parse_quota(users, 1000);
  REQUIRE(quota);
  CHECK(quota->keys == 5);
  CHECK(quota->max_keys == 200);
  CHECK(quota->bytes == 19990);
  CHECK(quota->max_bytes == 20000);
  REQUIRE(parse_quota(users, 10001));
  CHECK(parse_quota(users, 10001)->bytes == 30);
  CHECK_FALSE(parse_quota(users, 1));
  CHECK_FALSE(parse_quota(users, 100));
}

TEST_CASE("what is no such line") {
  for (const std::string_view text :
       {"", "\n", "0", "0:", "0: 1", "0: 10 9/9 4/5 6", "0: 10 9/9 4/5 6/", "0: 10 9 9 4/5 6/7", "0: 10 9/9 4/5 6/7 8",
        "0: 10 9/9 4/5 6/99999999999999999999999", "x: 10 9/9 4/5 6/7", ": 10 9/9 4/5 6/7"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quota(text, 0));
  }
  CHECK(parse_quota("0: 10 9/9 4/5 6/7", 0));
}

}  // namespace sm::keyring
