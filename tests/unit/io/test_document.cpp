#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "io/document.hpp"
#include "pieces.hpp"
#include "scratch.hpp"

namespace {

sm::Descriptor file_with(const std::string& path, std::string_view bytes) {
  sm::Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(sm::DescriptorSink(file.get()).write(bytes).has_value());
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  return file;
}

}  // namespace

TEST_CASE("io/document: a file is read in place from where it stands, and left at its end") {
  const sm::test::Scratch scratch;
  const sm::Descriptor file = file_with(scratch.file("x"), "skipped0123456789");
  REQUIRE(lseek(file.get(), 7, SEEK_SET) == 7);
  auto document = sm::Document::from_descriptor(file.get(), scratch.path());
  REQUIRE(document.has_value());
  CHECK(document->size() == 10);
  CHECK(lseek(file.get(), 0, SEEK_CUR) == 17);
  CHECK(*document->text(document->all(), 10) == "0123456789");
  CHECK(*document->text({3, 5}, 10) == "34");
  CHECK(lseek(file.get(), 0, SEEK_CUR) == 17);

  // Read in place: a change is seen, but not one of length.
  REQUIRE(pwrite(file.get(), "XY", 2, 16) == 2);
  CHECK(*document->text(document->all(), 10) == "012345678X");
  std::array<char, 8> buffer{};
  CHECK(*document->read_at(10, buffer) == 0);
}

TEST_CASE("io/document: a file that became shorter is an error, not a shorter message") {
  const sm::test::Scratch scratch;
  const sm::Descriptor file = file_with(scratch.file("x"), "0123456789");
  auto document = sm::Document::from_descriptor(file.get(), scratch.path());
  REQUIRE(document.has_value());
  REQUIRE(ftruncate(file.get(), 4) == 0);
  sm::Range range(*document, document->all());
  const auto got = sm::read_all(range, 100);
  REQUIRE(!got);
  CHECK(got.error().code == "io.changed");
  CHECK(got.error().retry());
  CHECK(document->text({2, 6}, 100).error().code == "io.changed");
}

TEST_CASE("io/document: a pipe, an empty file, one at its end, and a file of /proc are read to their end") {
  const sm::test::Scratch scratch;
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const sm::Descriptor in(ends[0]);
  {
    const sm::Descriptor out(ends[1]);
    REQUIRE(sm::DescriptorSink(out.get()).write("from a pipe").has_value());
  }
  auto document = sm::Document::from_descriptor(in.get(), scratch.path());
  REQUIRE(document.has_value());
  CHECK(*document->text(document->all(), 100) == "from a pipe");
  CHECK(*document->text({5, 6}, 100) == "a");

  const sm::Descriptor empty = file_with(scratch.file("empty"), "");
  CHECK(sm::Document::from_descriptor(empty.get(), scratch.path())->size() == 0);
  const sm::Descriptor ended = file_with(scratch.file("ended"), "bytes");
  REQUIRE(lseek(ended.get(), 9, SEEK_SET) == 9);
  CHECK(sm::Document::from_descriptor(ended.get(), scratch.path())->size() == 0);

  const auto proc = sm::open_input("/proc/self/status");
  REQUIRE(proc.has_value());
  CHECK(sm::Document::from_descriptor(proc->get(), scratch.path())->size() > 100);
}

TEST_CASE("io/document: a descriptor that is not open, or not for reading, is temporary") {
  const sm::test::Scratch scratch;
  CHECK(sm::Document::from_descriptor(-1, scratch.path()).error().code == "io.read");
  const sm::Descriptor null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  const auto document = sm::Document::from_descriptor(null.get(), scratch.path());
  REQUIRE(!document);
  CHECK(document.error().retry());
}

TEST_CASE("io/document: ranges keep to their document and can be read twice") {
  auto document = sm::Document::from_string("0123456789");
  for (int i = 0; i < 2; ++i) {
    sm::Range range(document, {2, 7});
    CHECK(sm::test::drain(range, 2) == "23456");
  }
  sm::Range over(document, {8, 100});
  CHECK(sm::test::drain(over, 100) == "89");
  sm::Range beyond(document, {50, 60});
  CHECK(sm::test::drain(beyond, 100).empty());
  sm::Range reversed(document, {5, 2});
  CHECK(sm::test::drain(reversed, 100).empty());
  CHECK(*document.text({8, 100}, 2) == "89");
  CHECK(document.text({8, 10}, 1).error().code == "io.too-long");
}
