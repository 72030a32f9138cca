#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/harness.hpp"

using namespace sm;
using test::Folder;
using test::Ran;
using test::run_program;
using test::sample;
using test::Setup;

namespace {

const std::string fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";

// Descriptor 4 gives these bytes.
std::function<void()> on_descriptor_4(const std::string& bytes) {
  return [bytes] {
    int ends[2];
    if (pipe(ends) != 0 || write(ends[1], bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) _exit(99);
    close(ends[1]);
    dup2(ends[0], 4);
  };
}

// A PATH that holds no pinentry but the folder's, and a display, so that one can be tried.
std::vector<std::pair<std::string, std::string>> with_pinentry(const Folder& folder) {
  return {{"PATH", folder.path()}, {"DISPLAY", ":9"}};
}

void fake_pinentry(const Folder& folder, const std::string& answer) {
  folder.file("pinentry",
              "#!/bin/sh\necho 'OK Pleased to meet you'\nwhile IFS= read -r line; do\n  echo \"$line\" >>" +
                  folder.path() + "/log\n  case $line in\n  GETPIN) " + answer +
                  " ;;\n  'OPTION lc-ctype'*) echo 'ERR 83886254 Unknown option' ;;\n" +
                  "  BYE) echo OK; exit ;;\n  *) echo OK ;;\n  esac\ndone\n",
              0700);
}

// Types these lines, one a prompt.
std::function<std::string(const std::string&)> typing(std::vector<std::string> lines) {
  return [lines = std::move(lines), given = std::size_t{0}](const std::string& shown) mutable {
    std::size_t prompts = 0;
    for (std::size_t at = 0; (at = shown.find("smsign: ", at)) != std::string::npos; ++at) {
      // A prompt has ended when its blank has come.
      const std::size_t end = shown.find(": ", at + 8);
      const std::size_t choice = shown.find("] ", at + 8);
      if (end != std::string::npos || choice != std::string::npos) ++prompts;
    }
    return given < prompts && given < lines.size() ? lines[given++] : std::string();
  };
}

const std::vector<std::pair<std::string, std::string>> no_pinentry = {{"PATH", "/nonexistent"}};

}  // namespace

TEST_CASE("cli/passphrase: from a descriptor, the first line") {
  const auto given = [](const std::string& bytes) {
    return run_program(sample, {"unlock", "--twice", "--passphrase-fd", "4"}, {.before = on_descriptor_4(bytes)});
  };
  CHECK(given("pass word \nrest").out == "<pass word >\n<pass word >\n");
  CHECK(given("p\r\n").out == "<p>\n<p>\n");
  CHECK(given("p").out == "<p>\n<p>\n");
  const Ran empty = given("\n");
  CHECK(empty.status == 77);
  CHECK(empty.out.empty());
  CHECK(given("").status == 77);
  CHECK(given(std::string(255, 'x') + "\r\n").status == 0);
  CHECK(given(std::string(256, 'x') + "\n").status == 65);
  CHECK(given(std::string(5000, 'x')).status == 65);
  CHECK(given(std::string("a\0b\n", 4)).status == 65);
}

TEST_CASE("cli/passphrase: from a file, which must be there") {
  const Folder folder;
  const std::string file = folder.file("secret", "from file\nmore\n");
  CHECK(run_program(sample, {"unlock", "--passphrase-file", file, "--batch"}).out == "<from file>\n");
  CHECK(run_program(sample, {"unlock", "--passphrase-file", "/nonexistent"}).status == 66);
  CHECK(run_program(sample, {"unlock", "--passphrase-file", "/"}).status == 66);
  // The descriptor comes first.
  CHECK(run_program(sample, {"unlock", "--passphrase-file", file, "--passphrase-fd", "4"},
                    {.before = on_descriptor_4("fd\n")})
            .out == "<fd>\n");
}

TEST_CASE("cli/passphrase: from systemd's credentials, by fingerprint") {
  const Folder folder;
  folder.file(fingerprint, "credential\n");
  const std::vector<std::pair<std::string, std::string>> environment = {{"CREDENTIALS_DIRECTORY", folder.path()}};
  CHECK(run_program(sample, {"unlock", "--batch"}, {.environment = environment}).out == "<credential>\n");
  CHECK(run_program(sample, {"unlock", "--passphrase-fd", "4"},
                    {.environment = environment, .before = on_descriptor_4("fd\n")})
            .out == "<fd>\n");
  const Folder other;
  CHECK(run_program(sample, {"unlock", "--batch"}, {.environment = {{"CREDENTIALS_DIRECTORY", other.path()}}}).status ==
        77);
}

TEST_CASE("cli/passphrase: without a source the key is locked") {
  const Ran batch = run_program(sample, {"unlock", "--batch", "--status-fd", "3"});
  CHECK(batch.status == 77);
  CHECK(batch.out.empty());
  CHECK(batch.err == "smsign: error: key " + fingerprint +
                         " is locked and there is no passphrase for it\nsmsign: hint: --passphrase-file or "
                         "--passphrase-fd gives one\n");
  CHECK(batch.extra == "[SM:] ERROR code=key.locked\n");
  CHECK(run_program(sample, {"unlock"}, {.environment = no_pinentry}).status == 77);
}

TEST_CASE("cli/passphrase: pinentry is asked in Assuan") {
  const Folder folder;
  fake_pinentry(folder, "echo 'S PASSWORD_FROM_CACHE'; echo 'D 100%25 s%C3%A4fe'; echo OK");
  const Ran ran = run_program(sample, {"unlock"}, {.environment = with_pinentry(folder)});
  CHECK(ran.status == 0);
  CHECK(ran.out ==
        "<100% s\xC3\xA4"
        "fe>\n");
  CHECK(ran.err.empty());
  CHECK(folder.read("log") == "OPTION display=:9\nSETDESC passphrase of key " + fingerprint +
                                  ", to sign\nSETPROMPT Passphrase:\nGETPIN\nBYE\n");
  // Never with --batch.
  const Folder untouched;
  fake_pinentry(untouched, "echo 'D x'; echo OK");
  CHECK(run_program(sample, {"unlock", "--batch"}, {.environment = with_pinentry(untouched)}).status == 77);
  CHECK(!untouched.has("log"));
}

TEST_CASE("cli/passphrase: a refusal at the prompt is final, a pinentry that can't ask is passed over") {
  const auto outcome = [](const std::string& answer, const Setup& setup = {}) {
    const Folder folder;
    fake_pinentry(folder, answer);
    Setup with = setup;
    with.environment = with_pinentry(folder);
    return run_program(sample, {"unlock"}, with);
  };
  const Ran refused = outcome("echo 'ERR 83886179 Operation cancelled <Pinentry>'", {.person = typing({"typed\n"})});
  CHECK(refused.status == 77);
  CHECK(refused.shown.empty());
  CHECK(outcome("echo 'ERR 83918950 Inappropriate ioctl for device <Pinentry>'", {.person = typing({"typed\n"})}).out ==
        "<typed>\n");
  CHECK(outcome("exit 1", {.person = typing({"typed\n"})}).out == "<typed>\n");
  CHECK(outcome("echo nonsense", {.person = typing({"typed\n"})}).out == "<typed>\n");
  CHECK(outcome("exit 1").status == 77);
  CHECK(outcome("echo OK").status == 77);
}

TEST_CASE("cli/passphrase: on the terminal, without echo") {
  const Ran ran = run_program(sample, {"unlock"}, {.environment = no_pinentry, .person = typing({"top secret\n"})});
  CHECK(ran.status == 0);
  CHECK(ran.out == "<top secret>\n");
  CHECK(ran.shown == "smsign: passphrase of key " + fingerprint + ", to sign: \r\n");
  CHECK(ran.echo);
  const Ran twice =
      run_program(sample, {"unlock", "--twice"}, {.environment = no_pinentry, .person = typing({"once\n"})});
  CHECK(twice.out == "<once>\n<once>\n");
  const Ran end = run_program(sample, {"unlock"}, {.environment = no_pinentry, .person = typing({"\x04"})});
  CHECK(end.status == 77);
  CHECK(end.echo);
}

TEST_CASE("cli/passphrase: killed at the prompt, the terminal echoes again") {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const auto kill_it = [number](pid_t pid, const std::string&, const std::string& shown) {
      if (shown.ends_with(": ")) kill(pid, number);
    };
    const Ran ran =
        run_program(sample, {"unlock"}, {.environment = no_pinentry, .person = typing({}), .watch = kill_it});
    CHECK(ran.signal == number);
    CHECK(ran.out.empty());
    CHECK(ran.echo);
  }
  const Ran late =
      run_program(sample, {"unlock", "--timeout", "1"}, {.environment = no_pinentry, .person = typing({})});
  CHECK(late.status == 75);
  CHECK(late.echo);
}

TEST_CASE("cli/passphrase: a new one is asked twice and never empty") {
  const auto typed = [](const std::vector<std::string>& lines) {
    return run_program(sample, {"new"}, {.environment = no_pinentry, .person = typing(lines)});
  };
  CHECK(typed({"p\n", "p\n"}).out == "<p>\n");
  const Ran again = typed({"p\n", "q\n", "r\n", "r\n"});
  CHECK(again.out == "<r>\n");
  CHECK(again.err == "smsign: warning: the two passphrases differ\n");
  CHECK(typed({"p\n", "q\n", "r\n", "s\n", "t\n", "u\n"}).status == 77);
  CHECK(typed({"\n"}).status == 64);
  CHECK(run_program(sample, {"new", "--passphrase-fd", "4"}, {.before = on_descriptor_4("given\n")}).out ==
        "<given>\n");
  CHECK(run_program(sample, {"new", "--passphrase-fd", "4"}, {.before = on_descriptor_4("\n")}).status == 64);
  const Ran batch = run_program(sample, {"new", "--batch"});
  CHECK(batch.status == 64);
  CHECK(batch.err.find("--no-passphrase") != std::string::npos);
  CHECK(run_program(sample, {"new"}, {.environment = no_pinentry}).status == 64);
}

TEST_CASE("cli/passphrase: what can't be undone is confirmed") {
  const auto typed = [](const std::string& line) {
    return run_program(sample, {"destroy"}, {.environment = no_pinentry, .person = typing({line})}).out;
  };
  CHECK(typed("y\n") == "yes\n");
  CHECK(typed("Yes\n") == "yes\n");
  CHECK(typed("\n") == "no\n");
  CHECK(typed("no\n") == "no\n");
  CHECK(run_program(sample, {"destroy", "--yes", "--batch"}).out == "yes\n");
  CHECK(run_program(sample, {"destroy", "--batch"}).status == 64);
  CHECK(run_program(sample, {"destroy"}).status == 64);
}
