#include <doctest/doctest.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include "base/limits.hpp"
#include "io/document.hpp"
#include "io/memory.hpp"
#include "io/spool.hpp"
#include "scratch.hpp"

namespace {

// A word that no block of memory may hold when it is given back; looked for while `watching`.
constexpr std::string_view marker = "PLAINTEXT\x01MARKER";
bool watching = false;
int leaked = 0;

void release(void* block) {
  if (watching && block && memmem(block, malloc_usable_size(block), marker.data(), marker.size())) ++leaked;
  std::free(block);
}

class Watch {
 public:
  Watch() {
    leaked = 0;
    watching = true;
  }
  ~Watch() { watching = false; }
};

}  // namespace

void* operator new(std::size_t size) {
  void* const block = std::malloc(size);
  if (!block) throw std::bad_alloc();
  // What lay there before is not the spool's.
  if (watching) memset(block, 0, malloc_usable_size(block));
  return block;
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t) noexcept {
  release(block);
}

namespace {

std::string numbered(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text.append(std::to_string(i)).append(marker);
  text.resize(size);
  return text;
}

// What lies in the spool's file, which has no name: found among our descriptors.
std::string stored_in(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (error || !target.starts_with(directory)) continue;
    const sm::Descriptor again(open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    sm::DescriptorSource source(again.get());
    return *sm::read_all(source, SIZE_MAX);
  }
  return {};
}

std::string all_of(sm::Spool& spool, std::size_t piece) {
  std::string text(spool.size(), '\0');
  for (std::size_t done = 0; done < text.size();) {
    const auto got = spool.read_at(done, std::span(text).subspan(done, std::min(piece, text.size() - done)));
    REQUIRE(got.has_value());
    REQUIRE(*got > 0);
    done += *got;
  }
  return text;
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("io/spool: gives back what was written, at any size around its limits") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(3 * sm::limits::spool_memory);
  for (const auto content : {sm::Spool::Content::secret, sm::Spool::Content::ciphertext}) {
    for (const std::size_t base :
         {std::size_t{0}, sm::io_piece, sm::limits::spool_memory, 2 * sm::limits::spool_memory}) {
      for (const std::size_t size : {base, base + 1, base + sm::io_piece - 1}) {
        for (const std::size_t piece : {std::size_t{9'999}, sm::io_piece, text.size()}) {
          CAPTURE(size);
          CAPTURE(piece);
          sm::Spool spool(scratch.path(), content);
          for (std::size_t done = 0; done < size;) {
            const std::string_view part = std::string_view(text).substr(done, std::min(piece, size - done));
            REQUIRE(spool.write(part).has_value());
            done += part.size();
          }
          REQUIRE(spool.finish().has_value());
          CHECK(spool.size() == size);
          CHECK((all_of(spool, piece) == text.substr(0, size)));
          CHECK((all_of(spool, 33'333) == text.substr(0, size)));
          char byte = 0;
          CHECK(*spool.read_at(size, {&byte, 1}) == 0);
          CHECK(*spool.read_at(size + 1'000'000, {&byte, 1}) == 0);
        }
      }
    }
  }
}

TEST_CASE("io/spool: is read between writes, at any place") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(2 * sm::limits::spool_memory + 12'345);
  sm::Spool spool(scratch.path());
  std::string buffer(50'000, '\0');
  for (std::size_t done = 0; done < text.size();) {
    const std::string_view part = std::string_view(text).substr(done, 77'777);
    REQUIRE(spool.write(part).has_value());
    done += part.size();
    for (const std::size_t place : {std::size_t{0}, done / 2, done - 1, done - std::min<std::size_t>(done, 70'000)}) {
      const auto got = spool.read_at(place, buffer);
      REQUIRE(got.has_value());
      CHECK(*got == std::min(buffer.size(), done - place));
      CHECK((buffer.substr(0, *got) == text.substr(place, *got)));
    }
  }
  sm::Spool moved = std::move(spool);
  CHECK((all_of(moved, 100'000) == text));
}

TEST_CASE("io/spool: a small one makes no file; a large one makes one that nobody can name or read") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(sm::limits::spool_memory);
  sm::Spool spool(scratch.path());
  REQUIRE(spool.write(text).has_value());
  CHECK(stored_in(scratch.path()).empty());
  REQUIRE(spool.write(text).has_value());
  CHECK(scratch.names().empty());
  const std::string stored = stored_in(scratch.path());
  CHECK(stored.size() > text.size());
  CHECK(stored.find(marker) == std::string::npos);
  // Nor is it the same stream twice.
  CHECK(stored.find(stored.substr(0, 16), 1) == std::string::npos);
}

TEST_CASE("io/spool: what is ciphertext already is stored as it is") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(2 * sm::limits::spool_memory);
  sm::Spool spool(scratch.path(), sm::Spool::Content::ciphertext);
  REQUIRE(spool.write(text).has_value());
  const std::string stored = stored_in(scratch.path());
  CHECK(stored.size() >= sm::limits::spool_memory);
  CHECK((text.substr(0, stored.size()) == stored));
}

TEST_CASE("io/spool: no memory is given back with plaintext in it") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(sm::limits::spool_memory + 200'000);
  {
    // That the watch sees what it should.
    const Watch watch;
    { std::string copy(text, 0, 1000); }
    CHECK(leaked == 1);
  }
  for (const std::size_t size : {std::size_t{100}, std::size_t{100'000}, sm::limits::spool_memory, text.size()}) {
    CAPTURE(size);
    const std::string_view part = std::string_view(text).substr(0, size);
    const Watch watch;
    {
      sm::Spool spool(scratch.path());
      CHECK(spool.write(part).has_value());
      auto document = sm::Document::from_spool(std::move(spool));
      CHECK(document.size() == size);
    }
    CHECK(leaked == 0);
  }
}

TEST_CASE("io/spool: memory does not grow with what it holds") {
  const sm::test::Scratch scratch;
  const std::string piece = numbered(100'000);
  sm::Spool spool(scratch.path());
  for (int i = 0; i < 30; ++i) REQUIRE(spool.write(piece).has_value());
  const long before = peak_kib();
  for (int i = 0; i < 600; ++i) REQUIRE(spool.write(piece).has_value());
  std::string last(piece.size(), '\0');
  for (std::uint64_t i = 0; i < 630; ++i) REQUIRE(*spool.read_at(i * piece.size(), last) == piece.size());
  CHECK((last == piece));
  CHECK(peak_kib() - before < 4096);
}

TEST_CASE("io/spool: no folder, and no space, are temporary; what is there can still be read") {
  const sm::test::Scratch scratch;
  const std::string text = numbered(sm::limits::spool_memory);
  {
    sm::Spool spool(scratch.file("absent"));
    REQUIRE(spool.write(text).has_value());
    const auto failed = spool.write("x");
    REQUIRE(!failed);
    CHECK(failed.error().code == "io.spool");
    CHECK(failed.error().retry());
    CHECK((all_of(spool, 10'000) == text));
  }
  // A limit on the size of files stands for the full disk: it fails in the same call.
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t room : {0u, 100'000u, 3'000'000u}) {
    CAPTURE(room);
    sm::Spool spool(scratch.path());
    const rlimit low{.rlim_cur = room, .rlim_max = old.rlim_max};
    std::size_t written = 0;
    sm::Error error;
    setrlimit(RLIMIT_FSIZE, &low);
    for (int i = 0; i < 5; ++i) {
      const auto result = spool.write(text);
      if (!result) {
        error = result.error();
        break;
      }
      written += text.size();
    }
    setrlimit(RLIMIT_FSIZE, &old);
    CHECK(error.code == "io.spool");
    CHECK(error.retry());
    CHECK(spool.size() >= written);
    std::string expected;
    while (expected.size() < spool.size()) expected += text;
    CHECK((all_of(spool, 10'000) == expected.substr(0, spool.size())));
  }
  signal(SIGXFSZ, handler);
}

TEST_CASE("io/spool: a file system without O_TMPFILE does as well") {
  const sm::test::Scratch scratch;
  CHECK(sm::test::without_tmpfile([&] {
    const std::string text = numbered(2 * sm::limits::spool_memory);
    sm::Spool spool(scratch.path());
    std::string back(text.size(), '\0');
    return spool.write(text).has_value() && !stored_in(scratch.path()).empty() && scratch.names().empty() &&
           stored_in(scratch.path()).find(marker) == std::string::npos && *spool.read_at(0, back) == text.size() &&
           back == text;
  }));
}
