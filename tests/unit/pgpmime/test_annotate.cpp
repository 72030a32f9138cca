#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "base/limits.hpp"
#include "io/memory.hpp"
#include "pgpmime/annotate_checks.hpp"

namespace {

using namespace sm;

std::string removed(const std::string& header, bool lone_cr = false) {
  const Eol eol = lone_cr ? Eol::cr : Eol::lf;
  pgpmime::VerdictRemover remover(eol);
  std::string out;
  remover.put(header, out);
  remover.finish(out);
  // Pieces make no difference.
  pgpmime::VerdictRemover slow(eol);
  std::string again;
  for (const char c : header) slow.put(std::string_view(&c, 1), again);
  slow.finish(again);
  CHECK(again == out);
  return out;
}

std::string annotate(const std::string& message) {
  CAPTURE(message);
  CHECK(test::broken_annotation(message) == "");
  return test::annotate(message, "none");
}

TEST_CASE("pgpmime/annotate: the field goes in every form that a reader may take for it") {
  CHECK(removed("SM-Verdict: good\n") == "");
  CHECK(removed("A: b\nSM-Verdict: good\nC: d\n") == "A: b\nC: d\n");
  CHECK(removed("A: b\r\nSM-Verdict: good\r\nC: d\r\n") == "A: b\r\nC: d\r\n");
  CHECK(removed("A: b\rSM-Verdict: good\rC: d\r", true) == "A: b\rC: d\r");
  CHECK(removed("sm-verdict:good\nSm-VeRdIcT: good\nSM-VERDICT:\n") == "");
  CHECK(removed("SM-Verdict : good\nSM-Verdict\t \t: good\n") == "");
  CHECK(removed("SM-Verdict: none\n ; really=good\n\tgood\n \nA: b\n") == "A: b\n");
  CHECK(removed("SM-Verdict: none\r\n ; really=good\r\n\tgood\r\nA: b\r\n") == "A: b\r\n");
  CHECK(removed("SM-Verdict: none\r ; really=good\rA: b\r", true) == "A: b\r");
  CHECK(removed("SM-Verdict:\n good") == "");
  // No fields to us.
  CHECK(removed("SM-Verdict\n : good\nA: b\n") == ": good\nA: b\n");
  CHECK(removed("SM-Verdict\r\n\t: good\r\nA: b\r\n") == ": good\r\nA: b\r\n");
  CHECK(removed("SM-Verdict\x0b: good\nSM-Verdict\r: good\n") == ": good\nSM-Verdict\r: good\n");
  CHECK(removed("SM-Verdict\r : good\n") == ": good\n");
  const std::string far(1 << 20, ' ');
  CHECK(removed("SM-Verdict" + far + ": good\nA: b\n") == ":" + far.substr(4086) + ": good\nA: b\n");
  CHECK(removed("SM-Verdict" + far.substr(0, 4085) + ": good\nA: b\n") == "A: b\n");
  CHECK(removed("A: b\n" + std::string("SM-Verdict: ") + std::string(1 << 20, 'x') + "\nA: b\n") == "A: b\nA: b\n");
  CHECK(removed("SM-Verdict: a\nSM-Verdict: b\nA: b\nSM-Verdict: c\n") == "A: b\n");
}

TEST_CASE("pgpmime/annotate: before the first field white space does not hide it") {
  CHECK(removed(" SM-Verdict: good\nA: b\n") == "A: b\n");
  CHECK(removed("\t \tSM-Verdict: good\n more\nA: b\n") == "A: b\n");
  CHECK(removed(" hello\n SM-Verdict: good\nA: b\n") == " hello\nA: b\n");
  // Behind a field it is the rest of that.
  CHECK(removed("A: b\n SM-Verdict: good\n") == "A: b\n SM-Verdict: good\n");
}

TEST_CASE("pgpmime/annotate: behind a CR alone the name goes, and the line stays what it is") {
  CHECK(removed("A: b\rSM-Verdict: good\nC: d\n") == "A: b\r: good\nC: d\n");
  CHECK(removed("A: b\rSM-Verdict \t: good\r\nC: d\r\n") == "A: b\r: good\r\nC: d\r\n");
  CHECK(removed("A: b\rSM-Verdict: good\rC: d\n") == "A: b\r: good\rC: d\n");
  CHECK(removed("A: b\rSM-Verdict: good\n more\nC: d\n") == "A: b\r: good\n more\nC: d\n");
  CHECK(removed("A: b\rSM-Verdict: good\rSM-Verdict: good\n") == "A: b\r: good\r: good\n");
  CHECK(removed("A: b\rSM-Verdict\x0b: good\n") == "A: b\r: good\n");
  CHECK(removed("A: b\rSM-Verdict\n : good\nC: d\n") == "A: b\r: good\nC: d\n");
  CHECK(removed("A: b\r\rSM-Verdict: good\n") == "A: b\r\r: good\n");
  // Not an empty line, and not a delimiter.
  CHECK(removed("\rSM-Verdict: good\nA: b\n") == "\r: good\nA: b\n");
  CHECK(removed("A: b\n\r\rSM-Verdict : good\r\nA: b\r\n") == "A: b\n\r\r: good\r\nA: b\r\n");
  CHECK(removed("--b\rSM-Verdict: good\n") == "--b\r: good\n");
}

TEST_CASE("pgpmime/annotate: where CR ends lines, the empty line stays one") {
  CHECK(annotate("A: b\rSM-Verdict: good\n\nA: body\r") == "SM-Verdict: none\rA: b\r\n\nA: body\r");
  CHECK(annotate("From x\r SM-Verdict: good\n\nA: body\r") == "From x\rSM-Verdict: none\r\n\nA: body\r");
  CHECK(annotate("Content-Type: multipart/mixed; boundary=b\r\r--b\rSM-Verdict: good\n\nA: body\r--b--\r") ==
        "SM-Verdict: none\rContent-Type: multipart/mixed; boundary=b\r\r--b\r\n\nA: body\r--b--\r");
}

TEST_CASE("pgpmime/annotate: what only resembles it stays") {
  for (const std::string text : {"SM-Verdicts: good\n",
                                 "X-SM-Verdict: good\n",
                                 "SM-Verdic: good\n",
                                 "SM-Verdict good: x\n",
                                 "SM-Verdict\n",
                                 "SM-Verdict",
                                 "SM-Verdict\n\nSM-Verdict: body\n",
                                 "Subject: SM-Verdict: good\n",
                                 "SM_Verdict: good\n",
                                 "A: b\n\nSM-Verdict: body\n",
                                 "A: b\r\n\r\nSM-Verdict: body\r\n",
                                 "SM\xe2\x80\x91Verdict: good\n",
                                 "S",
                                 "\r",
                                 "A: b\r",
                                 "SM-Verdict\r",
                                 "SM-Verdict \nA: b\n",
                                 "A: b\rSM-Verd\nC: d\n",
                                 "\n",
                                 ""}) {
    CAPTURE(text);
    CHECK(removed(text) == text);
  }
  using namespace std::string_literals;
  CHECK(removed("SM\0-Verdict: good\n"s) == "SM\0-Verdict: good\n"s);
  CHECK(removed("A: b\r\rSM-Verdict: body\n", true) == "A: b\r\rSM-Verdict: body\n");
}

TEST_CASE("pgpmime/annotate: one field on top, whatever the message is") {
  CHECK(annotate("From: a\n\nbody\n") == "SM-Verdict: none\nFrom: a\n\nbody\n");
  CHECK(annotate("From: a\r\n\r\nbody\r\n") == "SM-Verdict: none\r\nFrom: a\r\n\r\nbody\r\n");
  CHECK(annotate("From: a\r\rbody\r") == "SM-Verdict: none\rFrom: a\r\rbody\r");
  CHECK(annotate("From alice Sat\nFrom: a\n\nbody\n") == "From alice Sat\nSM-Verdict: none\nFrom: a\n\nbody\n");
  CHECK(annotate("From alice Sat\nSM-Verdict: good\n\nbody\n") == "From alice Sat\nSM-Verdict: none\n\nbody\n");
  CHECK(annotate("\nbody\n") == "SM-Verdict: none\n\nbody\n");
  CHECK(annotate("body\n") == "SM-Verdict: none\nbody\n");
  CHECK(annotate("From: a") == "SM-Verdict: none\nFrom: a");
  CHECK(annotate("") == "SM-Verdict: none\n");
  // A line that would continue ours.
  CHECK(annotate(" ; from=bob\nFrom: a\n\nbody\n") == " ; from=bob\nSM-Verdict: none\nFrom: a\n\nbody\n");
  CHECK(annotate(" orphan") == " orphan\nSM-Verdict: none\n");
  CHECK(annotate(" orphan\n\nbody\n") == " orphan\nSM-Verdict: none\n\nbody\n");
  CHECK(annotate(" SM-Verdict: good\n\nbody\n") == "SM-Verdict: none\n\nbody\n");
}

TEST_CASE("pgpmime/annotate: a reader who skips what is no field finds none behind it") {
  CHECK(annotate("From: a\nno field\nSM-Verdict: good\n\nSM-Verdict: body\n") ==
        "SM-Verdict: none\nFrom: a\nno field\n\nSM-Verdict: body\n");
  CHECK(annotate("no field\nSM-Verdict: good\nFrom: a\n\nbody\n") == "SM-Verdict: none\nno field\nFrom: a\n\nbody\n");
  CHECK(annotate("From: a\n\nSM-Verdict: body\n") == "SM-Verdict: none\nFrom: a\n\nSM-Verdict: body\n");
}

TEST_CASE("pgpmime/annotate: parts and messages inside lose theirs, bodies keep their text") {
  CHECK(annotate("Content-Type: multipart/mixed; boundary=b\nSM-Verdict: good\n\nSM-Verdict: preamble\n--b\n"
                 "SM-Verdict: good\n folded\nContent-Type: text/plain\n\nSM-Verdict: text\n--b\n"
                 "Content-Type: message/rfc822\nsm-verdict : good\n\nSubject: x\nSM-Verdict: good\n\nSM-Verdict: text\n"
                 "--b\nno field\nSM-Verdict: good\n\nSM-Verdict: text\n--b\nA: b\n--b--\nSM-Verdict: epilogue\n") ==
        "SM-Verdict: none\nContent-Type: multipart/mixed; boundary=b\n\nSM-Verdict: preamble\n--b\n"
        "Content-Type: text/plain\n\nSM-Verdict: text\n--b\n"
        "Content-Type: message/rfc822\n\nSubject: x\n\nSM-Verdict: text\n"
        "--b\nno field\n\nSM-Verdict: text\n--b\nA: b\n--b--\nSM-Verdict: epilogue\n");
  // No delimiter comes into being.
  CHECK(annotate("Content-Type: multipart/mixed; boundary=b\n--b\rSM-Verdict: good\nContent-Type: message/rfc822\n\n"
                 "A: b\n") ==
        "SM-Verdict: none\nContent-Type: multipart/mixed; boundary=b\n--b\r: good\n"
        "Content-Type: message/rfc822\n\nA: b\n");
  // A header without its blank line, cut off by a delimiter.
  CHECK(annotate("Content-Type: multipart/mixed; boundary=b\n\n--b\nA: b\nSM-Verdict: good\n--b\n\nSM-Verdict: text\n"
                 "--b--\n") ==
        "SM-Verdict: none\nContent-Type: multipart/mixed; boundary=b\n\n--b\nA: b\n--b\n\nSM-Verdict: text\n--b--\n");
}

TEST_CASE("pgpmime/annotate: a header beyond the limit is no way around") {
  const std::string filler = "X: " + std::string(1000, 'x') + "\n";
  std::string header;
  while (header.size() <= limits::header_bytes) header += filler;
  const std::string body = "\nSM-Verdict: body\n";
  CHECK(annotate("SM-Verdict: good\n" + header + "SM-Verdict: good\n" + body) == "SM-Verdict: none\n" + header + body);
  // In a part: the same, and the message's own header is in order.
  const std::string top = "Content-Type: multipart/mixed; boundary=b\n";
  CHECK(annotate("SM-Verdict: good\n" + top + "\n--b\n" + header + "SM-Verdict: good\n" + body) ==
        "SM-Verdict: none\n" + top + "\n--b\n" + header + body);
}

TEST_CASE("pgpmime/annotate: more parts than are looked into are text, and the header on top is in order") {
  std::string message = "Content-Type: multipart/mixed; boundary=b\nSM-Verdict: good\n\n";
  for (int part = 0; part < limits::mime_parts + 10; ++part) message += "--b\nSM-Verdict: good\n\nx\n";
  const std::string result = annotate(message + "--b--\n");
  CHECK(result.starts_with("SM-Verdict: none\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n"));
  std::size_t left = 0;
  for (std::size_t at = result.find("good"); at != std::string::npos; at = result.find("good", at + 1)) ++left;
  CHECK(left == 11);  // parts[0] is the message
}

TEST_CASE("pgpmime/annotate: any arrangement of pieces that could confuse it") {
  const std::vector<std::string> pieces = {"\n",
                                           "\r\n",
                                           "\r",
                                           " ",
                                           "\t",
                                           ":",
                                           "SM-Verdict",
                                           "SM-Verdict: good",
                                           "sm-verdict :",
                                           "From x",
                                           "A: b",
                                           "--b",
                                           "--b--",
                                           "\n\n",
                                           "text",
                                           "Content-Type: multipart/mixed; boundary=b\n",
                                           "Content-Type: message/rfc822\n"};
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string message;
    for (auto size = 1 + random() % 12; size > 0; --size) message += pieces[random() % pieces.size()];
    const std::string broken = test::broken_annotation(message);
    std::string shown;  // CR moves the cursor
    for (const char c : message) shown += c == '\r' ? "<CR>" : c == '\n' ? "<LF>" : std::string(1, c);
    CAPTURE(shown);
    REQUIRE(broken == "");
  }
}

}  // namespace
