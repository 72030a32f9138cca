#include "io/memory.hpp"

#include <doctest/doctest.h>

using namespace sm;

TEST_CASE("io/memory: a secret grows as it is written, up to its limit") {
  SecretSink sink(200'000);
  std::string all;
  for (std::size_t size = 1; all.size() + size <= 150'000; size = size * 3 % 9973 + 1) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    REQUIRE(sink.write(piece));
    all += piece;
  }
  CHECK(sink.view() == all);
  CHECK(sink.write(std::string(200'001 - all.size(), 'x')).error().code == "io.too-long");
  CHECK(sink.view() == all);
  REQUIRE(sink.write(std::string(200'000 - all.size(), 'x')));
  CHECK(sink.view().size() == 200'000);
  const Secret taken = sink.take();
  CHECK(taken.size() == 200'000);
  CHECK(taken.view().starts_with(all));
  CHECK(SecretSink(10).take().empty());
}
