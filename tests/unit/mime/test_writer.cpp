#include "mime/writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "text/ascii.hpp"

using namespace sm;
using namespace sm::mime;

namespace {

std::string replace(std::string_view header, std::string_view content = "Content-Type: new\n") {
  return replace_content(parse_header(header), content, "\n");
}

}  // namespace

TEST_CASE("mime/writer: new Content fields stand where the first of the old ones stood") {
  CHECK(replace("A: 1\nMIME-Version: 1.0\nContent-Type: old;\n x=y\nB: 2\ncontent-disposition: z\nC: 3\n") ==
        "A: 1\nMIME-Version: 1.0\nContent-Type: new\nB: 2\nC: 3\n");
  CHECK(replace("A: 1\nB : 2 \n folded\t\n") == "A: 1\nB : 2 \n folded\t\nMIME-Version: 1.0\nContent-Type: new\n");
  CHECK(replace("") == "MIME-Version: 1.0\nContent-Type: new\n");
}

TEST_CASE("mime/writer: exactly one MIME-Version") {
  CHECK(replace("Content-Type: old\nA: 1\n") == "MIME-Version: 1.0\nContent-Type: new\nA: 1\n");
  CHECK(replace("Content-Type: old\nmime-version: 1.0 (x)\nMIME-Version: 1.0\n") ==
        "Content-Type: new\nmime-version: 1.0 (x)\n");
}

TEST_CASE("mime/writer: everything else keeps its bytes, strays and mixed line ends too") {
  CHECK(replace(">From x\nA: \xe9\r\nB:\n", "") == ">From x\nA: \xe9\r\nB:\nMIME-Version: 1.0\n");
}

TEST_CASE("mime/writer: a header that ends without a line end gets one") {
  CHECK(replace("A: 1") == "A: 1\nMIME-Version: 1.0\nContent-Type: new\n");
  CHECK(replace("Content-Type: old\nMIME-Version: 1.0") == "Content-Type: new\nMIME-Version: 1.0\n");
  CHECK(replace_content(parse_header("A: 1\r", true), "C: d\r", "\r") == "A: 1\rMIME-Version: 1.0\rC: d\r");
}

TEST_CASE("mime/writer: boundaries are long, legal, and never the same") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string boundary = make_boundary();
    CHECK(boundary.size() == 34);
    CHECK(boundary.starts_with("=_"));
    CHECK(std::ranges::all_of(boundary.substr(2), [](char c) { return is_alpha(c) || is_digit(c); }));
    seen.insert(boundary);
  }
  CHECK(seen.size() == 1000);
}
