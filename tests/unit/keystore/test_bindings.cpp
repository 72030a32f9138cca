#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

namespace {
const Fingerprint one(40, '1');
const Fingerprint two(40, '2');
const Fingerprint three(40, '3');
}  // namespace

TEST_CASE("keystore/bindings: the first one stays") {
  Fixture f;
  Keystore store = f.open();
  CHECK(*store.bind("a@x", one, BindingSource::wkd) == Change::created);
  CHECK(*store.bind("a@x", one, BindingSource::vks) == Change::unchanged);
  CHECK(*store.bind("a@x", two, BindingSource::vks) == Change::unchanged);
  const Binding expected{"a@x", one, BindingSource::wkd, f.clock.time, {}};
  CHECK(*f.open().binding("a@x") == expected);
  CHECK_FALSE(store.binding("b@x")->has_value());
}

TEST_CASE("keystore/bindings: the list is sorted by address") {
  Fixture f;
  Keystore store = f.open();
  for (const char* address : {"c@x", "a@x", "b@x"}) REQUIRE(store.bind(address, one, BindingSource::import));
  const auto list = *store.list_bindings();
  REQUIRE(list.size() == 3);
  CHECK(list[0].address == "a@x");
  CHECK(list[2].address == "c@x");
}

TEST_CASE("keystore/bindings: another certificate for a bound address is a conflict until it is settled") {
  Fixture f;
  Keystore store = f.open();
  const std::int64_t start = f.clock.time;
  REQUIRE(store.bind("a@x", one, BindingSource::wkd));
  REQUIRE(store.record_conflict("a@x", one, BindingSource::vks));
  CHECK((*store.binding("a@x"))->conflicts.empty());
  f.clock.time = start + 10;
  REQUIRE(store.record_conflict("a@x", two, BindingSource::vks));
  f.clock.time = start + 20;
  REQUIRE(store.record_conflict("a@x", two, BindingSource::wkd));
  REQUIRE(store.record_conflict("a@x", three, BindingSource::wkd));
  const std::vector<BindingConflict> expected{{two, BindingSource::vks, start + 10},
                                              {three, BindingSource::wkd, start + 20}};
  CHECK((*store.binding("a@x"))->conflicts == expected);
  f.clock.time = start + 30;
  SUBCASE("for what was found") {
    REQUIRE(store.accept("a@x", two));
    CHECK(*store.binding("a@x") == Binding{"a@x", two, BindingSource::accept, start + 10, {}});
  }
  SUBCASE("for what was bound") {
    REQUIRE(store.accept("a@x", one));
    CHECK(*store.binding("a@x") == Binding{"a@x", one, BindingSource::accept, start, {}});
  }
  SUBCASE("for a third one") {
    REQUIRE(store.accept("a@x", Fingerprint(40, '4')));
    CHECK(*store.binding("a@x") == Binding{"a@x", Fingerprint(40, '4'), BindingSource::accept, start + 30, {}});
  }
  // A conflict of an address that is not bound is none.
  REQUIRE(store.record_conflict("b@x", two, BindingSource::vks));
  CHECK_FALSE(store.binding("b@x")->has_value());
}

TEST_CASE("keystore/bindings: a server can't fill the disk with conflicts") {
  Fixture f;
  Keystore store = f.open();
  REQUIRE(store.bind("a@x", Fingerprint(40, 'F'), BindingSource::wkd));
  Binding binding = **store.binding("a@x");
  for (int i = 0; i < 99; ++i) {
    std::string fingerprint = std::to_string(i);
    fingerprint.insert(0, 40 - fingerprint.size(), '0');
    binding.conflicts.push_back({fingerprint, BindingSource::vks, 0});
  }
  REQUIRE(write_file(f.paths.root + "/bindings/" + binding_file_name("a@x"), format_binding(binding), 0644, false));
  REQUIRE(store.record_conflict("a@x", one, BindingSource::vks));
  CHECK((*store.binding("a@x"))->conflicts.size() == 100);
  REQUIRE(store.record_conflict("a@x", two, BindingSource::vks));
  CHECK((*store.binding("a@x"))->conflicts.size() == 100);
}

TEST_CASE("keystore/bindings: forgotten is as if never seen") {
  Fixture f;
  Keystore store = f.open();
  REQUIRE(store.bind("a@x", one, BindingSource::wkd));
  CHECK(*store.forget("a@x"));
  CHECK_FALSE(*store.forget("a@x"));
  CHECK_FALSE(store.binding("a@x")->has_value());
  CHECK(*store.bind("a@x", two, BindingSource::wkd) == Change::created);
}

TEST_CASE("keystore/bindings: unreadable is temporary, never first use") {
  Fixture f;
  Keystore store = f.open();
  REQUIRE(store.bind("a@x", one, BindingSource::wkd));
  REQUIRE(store.bind("b@x", one, BindingSource::wkd));
  const std::string path = f.paths.root + "/bindings/" + binding_file_name("a@x");
  SUBCASE("empty") {
    REQUIRE(write_file(path, "", 0644, false));
  }
  SUBCASE("cut off") {
    std::filesystem::resize_file(path, 60);
  }
  SUBCASE("of another address") {
    std::filesystem::copy_file(f.paths.root + "/bindings/" + binding_file_name("b@x"), path,
                               std::filesystem::copy_options::overwrite_existing);
  }
  SUBCASE("a symbolic link to itself") {
    std::filesystem::remove(path);
    std::filesystem::create_symlink(path, path);
  }
  const auto binding = store.binding("a@x");
  const bool link = std::filesystem::is_symlink(path);
  CHECK(code_of(binding) == (link ? "store.mode" : "store.binding"));
  if (!link) CHECK(binding.error().kind == ErrorKind::temporary);
  CHECK_FALSE(store.bind("a@x", two, BindingSource::wkd));
  CHECK_FALSE(store.record_conflict("a@x", two, BindingSource::wkd));
  CHECK_FALSE(store.list_bindings());
  CHECK_FALSE(resolve(store, "a@x"));
  if (!link) {
    // The way out that the hint names.
    REQUIRE(store.accept("a@x", two));
    CHECK((*store.binding("a@x"))->fingerprint == two);
  }
  CHECK(*store.forget("a@x"));
}

TEST_CASE("keystore/bindings: an address that would not stay on its line is refused") {
  Fixture f;
  Keystore store = f.open();
  CHECK(code_of(store.bind("a@x\nfingerprint: 1", one, BindingSource::wkd)) == "id.malformed");
  CHECK(code_of(store.accept("", one)) == "id.malformed");
}
