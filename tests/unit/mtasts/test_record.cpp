#include <doctest/doctest.h>

#include "mtasts/record.hpp"

using namespace sm;

namespace {

std::string id_of(const std::string& text) {
  const auto record = mtasts::parse_record(text);
  return record ? record->id : record.error().code;
}

}  // namespace

TEST_CASE("mtasts/record: an id, and whatever else is to come (RFC 8461 §3.1)") {
  CHECK(id_of("v=STSv1; id=20160831085700Z;") == "20160831085700Z");
  CHECK(id_of("v=STSv1;id=a") == "a");
  CHECK(id_of("v=STSv1; \t id=A9  \t; \t") == "A9");
  CHECK(id_of("v=STSv1; more=a; x.y-z_1=b:c; id=a") == "a");
  CHECK(id_of("v=STSv1; id=" + std::string(32, '9')) == std::string(32, '9'));
  CHECK(id_of("v=STSv1; id=first; id=second") == "first");
}

TEST_CASE("mtasts/record: what does not begin as one is none") {
  for (const char* text : {"", "v=STSv1", "v=STSv1 ;id=a", "v=STSv10; id=a", "v=stsv1; id=a", " v=STSv1; id=a",
                           "v=STSv2; id=a", "v=spf1 -all"}) {
    CAPTURE(text);
    CHECK_FALSE(mtasts::is_record(text));
    CHECK(id_of(text) == "mtasts.record-version");
  }
}

TEST_CASE("mtasts/record: what can't be read") {
  for (const char* text : {"v=STSv1;", "v=STSv1; ", "v=STSv1; id=", "v=STSv1; id=a-b", "v=STSv1; ext=1",
                           "v=STSv1; id=a b", "v=STSv1; id=012345678901234567890123456789012", "v=STSv1; id=a; id=?"}) {
    CAPTURE(text);
    CHECK(id_of(text) == "mtasts.record-id");
  }
  for (const char* text :
       {"v=STSv1; id=a;;", "v=STSv1;; id=a", "v=STSv1; id=a; more", "v=STSv1; id=a; more=", "v=STSv1; id=a; _m=a",
        "v=STSv1; id=a; m=b c", "v=STSv1; id=a; test==", "v=STSv1; id = a", "v=STSv1; id=a; m=\xC3\xA4",
        "v=STSv1; id=a ", "v=STSv1; id=a;m=b\t", "v=STSv1; id=a; a12345678901234567890123456789012=1"}) {
    CAPTURE(text);
    CHECK(id_of(text) == "mtasts.record-syntax");
  }
}

TEST_CASE("mtasts/record: of the records at a name one counts") {
  const auto id = [](const std::vector<std::string>& texts) {
    const auto record = mtasts::pick_record(texts);
    return !record ? record.error().code : *record ? (*record)->id : "none";
  };
  CHECK(id({}) == "none");
  CHECK(id({"v=spf1 -all", "something"}) == "none");
  CHECK(id({"v=spf1 -all", "v=STSv1; id=a"}) == "a");
  CHECK(id({"v=STSv1; id=a", "v=STSv1; id=b"}) == "mtasts.records");
  // One that can't be read is one all the same.
  CHECK(id({"v=STSv1; bogus", "v=STSv1; id=b"}) == "mtasts.records");
  CHECK(id({"v=STSv1; bogus"}) == "mtasts.record-syntax");
}
