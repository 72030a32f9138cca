#include <doctest/doctest.h>

#include "maildir/name.hpp"

using namespace sm::maildir;

TEST_CASE("maildir/name: what stays of a name whatever happens to the message") {
  CHECK(unique_part("1700000000.M1P2.host,S=1234,W=1260:2,RS") == "1700000000.M1P2.host");
  CHECK(unique_part("1700000000.M1P2.host:2,") == "1700000000.M1P2.host");
  CHECK(unique_part("1700000000.M1P2.host") == "1700000000.M1P2.host");
  CHECK(unique_part("") == "");
}

TEST_CASE("maildir/name: sizes are read") {
  CHECK(size_in("1.host,S=1234,W=1260:2,RS", 'S') == 1234);
  CHECK(size_in("1.host,S=1234,W=1260:2,RS", 'W') == 1260);
  CHECK(size_in("1.host,U=5,W=7", 'W') == 7);
  CHECK_FALSE(size_in("1.host,U=5", 'S'));
  CHECK_FALSE(size_in("1.host,S=:2,S", 'S'));
  CHECK_FALSE(size_in("1.host,S=12x:2,S", 'S'));
  CHECK_FALSE(size_in("1.host:2,S=5", 'S'));  // flags, not a field
}

TEST_CASE("maildir/name: sizes are set where they stand, and nothing else changes") {
  const Sizes sizes{.file = 5, .with_crlf = 60000};
  CHECK(with_sizes("1.host,S=1234,W=1260:2,RS", sizes) == "1.host,S=5,W=60000:2,RS");
  CHECK(with_sizes("1.host,W=1260,U=9,S=1:2,", sizes) == "1.host,W=60000,U=9,S=5:2,");
  CHECK(with_sizes("1.host,S=1234", sizes) == "1.host,S=5");
  CHECK(with_sizes("1.host:2,S", sizes) == "1.host:2,S");
  CHECK(with_sizes("1.host,S=x:2,S", sizes) == "1.host,S=x:2,S");
}
