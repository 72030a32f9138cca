#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>

#include "io/atomic_file.hpp"
#include "scratch.hpp"

namespace {

using Names = std::set<std::string>;

std::string content(const std::string& path) {
  const auto text = sm::read_file(path, 1'000'000);
  return text ? *text : "(" + text.error().message + ")";
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("io/atomic_file: a file appears whole, with its mode less the umask") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("new");
  const mode_t before = umask(027);
  for (const bool durable : {true, false}) {
    auto file = sm::AtomicFile::create(path, 0666, durable);
    REQUIRE(file.has_value());
    CHECK(file->write("one ").has_value());
    CHECK(file->write("two").has_value());
    CHECK(scratch.names().empty());
    REQUIRE(file->finish().has_value());
    CHECK(scratch.names().empty());
    REQUIRE(file->commit().has_value());
    CHECK(scratch.names() == Names{"new"});
    CHECK(content(path) == "one two");
    CHECK(mode_of(path) == 0640);
    unlink(path.c_str());
  }
  umask(before);
  REQUIRE(sm::write_file(path, "secret", 0600).has_value());
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("io/atomic_file: an old file stays until commit and is then replaced, its readers undisturbed") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("x");
  REQUIRE(sm::write_file(path, "old", 0644).has_value());
  const auto reader = sm::open_input(path);
  {
    auto file = sm::AtomicFile::create(path, 0600);
    REQUIRE(file.has_value());
    CHECK(file->write("new").has_value());
    CHECK(file->finish().has_value());
    CHECK(content(path) == "old");
    REQUIRE(file->commit().has_value());
  }
  CHECK(content(path) == "new");
  CHECK(mode_of(path) == 0600);
  CHECK(scratch.names() == Names{"x"});
  std::array<char, 3> old{};
  REQUIRE(read(reader->get(), old.data(), old.size()) == 3);
  CHECK(std::string(old.data(), 3) == "old");
}

TEST_CASE("io/atomic_file: without commit nothing happens, also after a move") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("x");
  REQUIRE(sm::write_file(path, "old", 0644).has_value());
  {
    auto file = sm::AtomicFile::create(path, 0644);
    REQUIRE(file.has_value());
    const sm::AtomicFile moved = std::move(*file);
  }
  CHECK(content(path) == "old");
  CHECK(scratch.names() == Names{"x"});
}

TEST_CASE("io/atomic_file: what a writer left who was killed goes with the next, where there is but one") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("x");
  REQUIRE(sm::write_file(path, "old", 0644).has_value());
  REQUIRE(sm::write_file(scratch.file(".smtools-x"), "left", 0644).has_value());
  CHECK(scratch.names() == Names{".smtools-x", "x"});
  REQUIRE(sm::write_file(path, "new", 0600).has_value());
  CHECK(scratch.names() == Names{"x"});
  CHECK(content(path) == "new");
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("io/atomic_file: no folder is temporary; a folder or a device is never replaced") {
  const sm::test::Scratch scratch;
  const auto absent = sm::write_file(scratch.file("absent/x"), "x", 0644);
  REQUIRE(!absent);
  CHECK(absent.error().code == "io.create");
  CHECK(absent.error().retry());
  CHECK(absent.error().message.find(scratch.file("absent/x")) != std::string::npos);

  REQUIRE(symlink("/dev/null", scratch.file("null").c_str()) == 0);
  for (const std::string& path : {std::string("/dev/null"), scratch.file("null"), scratch.path()}) {
    const auto refused = sm::AtomicFile::create(path, 0644);
    REQUIRE(!refused);
    CHECK(refused.error().code == "io.create");
    CHECK(refused.error().kind == sm::ErrorKind::usage);
  }
}

TEST_CASE("io/atomic_file: a path without a folder is in the present one") {
  const sm::test::Scratch scratch;
  std::array<char, 4096> before{};
  REQUIRE(getcwd(before.data(), before.size()) != nullptr);
  REQUIRE(chdir(scratch.path().c_str()) == 0);
  const bool written = sm::write_file("x", "here", 0644).has_value() && sm::write_file("x", "again", 0644).has_value();
  REQUIRE(chdir(before.data()) == 0);
  CHECK(written);
  CHECK(content(scratch.file("x")) == "again");
  CHECK(scratch.names() == Names{"x"});
}

TEST_CASE("io/atomic_file: a file system without O_TMPFILE: a temporary name, which goes") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("x");
  CHECK(sm::test::without_tmpfile([&] {
    umask(027);
    {
      auto file = sm::AtomicFile::create(path, 0666);
      if (!file || file->temporary().empty() || scratch.names().size() != 1) return false;
      const sm::AtomicFile moved = std::move(*file);
      if (scratch.names().size() != 1) return false;
    }
    if (!scratch.names().empty()) return false;
    return sm::write_file(path, "old", 0666).has_value() && sm::write_file(path, "new", 0666).has_value();
  }));
  if (!scratch.names().empty()) {
    CHECK(scratch.names() == Names{"x"});
    CHECK(content(path) == "new");
    CHECK(mode_of(path) == 0640);
  }
}
