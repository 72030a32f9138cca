#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace {

sm::Result<int> half(int value) {
  if (value % 2 != 0) return sm::fail(sm::ErrorKind::data, "test.odd", "odd", "give an even one");
  return value / 2;
}

sm::Result<void> check_even(int value) {
  SM_TRY(half(value));
  return {};
}

sm::Result<std::unique_ptr<int>> quarter(int value) {
  const int once = SM_TRY(half(value));
  auto twice = std::make_unique<int>(SM_TRY(half(once)));
  return twice;
}

struct Object {
  int* freed;
};
void free_object(Object* object) {
  ++*object->freed;
  delete object;
}

}  // namespace

TEST_CASE("base/result: SM_TRY gives the value or hands the error on") {
  CHECK(**quarter(12) == 3);
  const auto odd = quarter(6);
  REQUIRE(!odd);
  CHECK(odd.error().kind == sm::ErrorKind::data);
  CHECK(odd.error().code == "test.odd");
  CHECK(odd.error().message == "odd");
  CHECK(odd.error().hint == "give an even one");
  CHECK(check_even(2).has_value());
  CHECK(check_even(3).error().code == "test.odd");
}

TEST_CASE("base/result: an error knows where it arose and whether a retry can help") {
  const int line = __LINE__ + 1;
  const sm::Error error = sm::fail_errno("test.full", "can't write x", ENOSPC).error;
  CHECK(error.line == line);
  CHECK(std::string(error.file).ends_with("test_result.cpp"));
  CHECK(error.retry());
  CHECK(!half(1).error().retry());
  CHECK(error.message == "can't write x: No space left on device");
  CHECK(sm::fail_errno("test.what", "x", 99999).error.message == "x: unknown error");
}

TEST_CASE("base/handle: an object is freed once, and a constructor in C can fill a handle") {
  int freed = 0;
  {
    sm::Handle<Object, free_object> handle;
    const auto make = [&](Object** result) {
      *result = new Object{&freed};
      return 0;
    };
    CHECK(make(sm::out(handle)) == 0);
    REQUIRE(handle);
    CHECK(make(sm::out(handle)) == 0);
    CHECK(freed == 1);
  }
  CHECK(freed == 2);
}
