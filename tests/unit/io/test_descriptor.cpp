#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "io/descriptor.hpp"
#include "io/memory.hpp"
#include "pieces.hpp"
#include "scratch.hpp"

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    in = sm::Descriptor(ends[0]);
    out = sm::Descriptor(ends[1]);
  }
  sm::Descriptor in, out;
};

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

void write_raw(const std::string& path, std::string_view bytes) {
  const sm::Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  REQUIRE(sm::DescriptorSink(file.get()).write(bytes).has_value());
}

}  // namespace

TEST_CASE("io/descriptor: is closed once, by its owner") {
  int fd = -1;
  {
    sm::Descriptor a(open("/dev/null", O_RDONLY | O_CLOEXEC));
    fd = a.get();
    sm::Descriptor b = std::move(a);
    CHECK(!a);  // NOLINT(bugprone-use-after-move): what was moved from is none
    CHECK(b.get() == fd);
    a = std::move(b);
    CHECK(a.get() == fd);
  }
  CHECK(!is_open(fd));
  sm::Descriptor c(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int kept = c.release();
  c = sm::Descriptor();
  CHECK(is_open(kept));
  close(kept);
}

TEST_CASE("io/descriptor: a source gives all bytes, then the end, and keeps to it") {
  const sm::test::Scratch scratch;
  const std::string path = scratch.file("x");
  write_raw(path, std::string("a\0b", 3));
  const auto file = sm::open_input(path);
  REQUIRE(file.has_value());
  sm::DescriptorSource source(file->get());
  std::array<char, 2> buffer{};
  CHECK(*source.read(buffer) == 2);
  CHECK(*source.read({}) == 0);
  CHECK(*source.read(buffer) == 1);
  CHECK(*source.read(buffer) == 0);
  write_raw(path, "more");
  CHECK(*source.read(buffer) == 0);
}

TEST_CASE("io/descriptor: a read that fails is temporary and stays failed") {
  const sm::Descriptor file(open("/dev/null", O_WRONLY | O_CLOEXEC));
  sm::DescriptorSource source(file.get());
  std::array<char, 2> buffer{};
  for (int i = 0; i < 2; ++i) {
    const auto got = source.read(buffer);
    REQUIRE(!got);
    CHECK(got.error().code == "io.read");
    CHECK(got.error().retry());
  }
}

TEST_CASE("io/descriptor: a full disk and a reader that is gone are temporary") {
  const sm::Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  const auto no_space = sm::DescriptorSink(full.get()).write("x");
  REQUIRE(!no_space);
  CHECK(no_space.error().code == "io.write");
  CHECK(no_space.error().retry());
  CHECK(no_space.error().message.find("No space left") != std::string::npos);

  const auto before = signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.in = sm::Descriptor();
  { const sm::Descriptor closed = std::move(pipe.in); }
  const auto gone = sm::DescriptorSink(pipe.out.get()).write("x");
  signal(SIGPIPE, before);
  REQUIRE(!gone);
  CHECK(gone.error().code == "io.write");
  CHECK(gone.error().retry());
}

TEST_CASE("io/descriptor: a pipe that is too small and does not block is waited for, on both ends") {
  Pipe pipe;
  std::string sent(1 << 20, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i % 253);
  for (const int fd : {pipe.in.get(), pipe.out.get()}) REQUIRE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipe.in.get());
    const bool written = sm::DescriptorSink(pipe.out.get()).write(sent).has_value();
    _exit(written ? 0 : 1);
  }
  pipe.out = sm::Descriptor();
  { const sm::Descriptor closed = std::move(pipe.out); }
  sm::DescriptorSource source(pipe.in.get());
  const auto got = sm::read_all(source, SIZE_MAX);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  REQUIRE(got.has_value());
  CHECK((*got == sent));
}

TEST_CASE("io/descriptor: open_input names what it can't open, a folder too") {
  const sm::test::Scratch scratch;
  for (const std::string& path : {scratch.file("absent"), scratch.path()}) {
    const auto file = sm::open_input(path);
    REQUIRE(!file);
    CHECK(file.error().kind == sm::ErrorKind::no_input);
    CHECK(file.error().code == "io.open");
    CHECK(file.error().message.find(path) != std::string::npos);
  }
  write_raw(scratch.file("x"), "x");
  const auto file = sm::open_input(scratch.file("x"));
  REQUIRE(file.has_value());
  CHECK((fcntl(file->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("io/descriptor: read_file and read_all keep to their limit, exactly") {
  const sm::test::Scratch scratch;
  for (const std::size_t size : {0u, 1u, 16'383u, 16'384u, 16'385u, 100'000u}) {
    CAPTURE(size);
    const std::string text(size, 'x');
    const std::string path = scratch.file(std::to_string(size));
    write_raw(path, text);
    CHECK((*sm::read_file(path, size) == text));
    CHECK((*sm::read_file(path, SIZE_MAX) == text));
    CHECK((sm::read_file_secret(path, size)->view() == text));
    CHECK((sm::read_file_secret(path, SIZE_MAX)->view() == text));
    for (const std::size_t piece : {1u, 1000u, 1'000'000u}) {
      sm::test::Pieces source(text, piece);
      CHECK((*sm::read_all(source, size + 1) == text));
      sm::test::Pieces again(text, piece);
      CHECK((sm::read_all_secret(again, size + 1)->view() == text));
    }
    if (size == 0) continue;
    CHECK(sm::read_file_secret(path, size - 1).error().code == "io.too-long");
    const auto too_long = sm::read_file(path, size - 1);
    REQUIRE(!too_long);
    CHECK(too_long.error().kind == sm::ErrorKind::data);
    CHECK(too_long.error().code == "io.too-long");
    CHECK(too_long.error().message.starts_with(path));
  }
}

TEST_CASE("io/descriptor: copy counts, and hands on the error of either side") {
  const std::string text(200'000, 'y');
  sm::test::Pieces source(text, 70'000);
  sm::StringSink sink;
  CHECK(*sm::copy(source, sink) == text.size());
  CHECK((sink.text() == text));

  sm::test::Failing failing("some");
  CHECK(sm::copy(failing, sink).error().code == "test.failing");
  sm::StringSource again(text);
  sm::StringSink small(1000);
  CHECK(sm::copy(again, small).error().code == "io.too-long");
}
