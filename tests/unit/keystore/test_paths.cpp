#include "fixture.hpp"

using namespace sm;

TEST_CASE("keystore/paths: --store holds everything, whatever else is set") {
  const auto paths = store_paths({"/s", "/certs", "/xdg", "/home/a"});
  REQUIRE(paths);
  CHECK(paths->root == "/s");
  CHECK(paths->certificates == "/s/pgp.cert.d");
}

TEST_CASE("keystore/paths: else the XDG data directory, and pgp.cert.d beside it or where PGP_CERT_D says") {
  auto paths = store_paths({"", "", "/xdg", "/home/a"});
  REQUIRE(paths);
  CHECK(paths->root == "/xdg/smtools");
  CHECK(paths->certificates == "/xdg/pgp.cert.d");
  paths = store_paths({"", "/certs", "", "/home/a"});
  REQUIRE(paths);
  CHECK(paths->root == "/home/a/.local/share/smtools");
  CHECK(paths->certificates == "/certs");
}

TEST_CASE("keystore/paths: a relative XDG_DATA_HOME is ignored") {
  const auto paths = store_paths({"", "", "data", "/home/a"});
  REQUIRE(paths);
  CHECK(paths->root == "/home/a/.local/share/smtools");
}

TEST_CASE("keystore/paths: without a home there is no store") {
  const auto paths = store_paths({"", "/certs", "data", ""});
  REQUIRE_FALSE(paths);
  CHECK(paths.error().code == "store.no-home");
  CHECK(paths.error().kind == ErrorKind::config);
}
