#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/harness.hpp"

using namespace sm;
using test::Folder;
using test::Ran;
using test::run_program;
using test::sample;
using test::Setup;

TEST_CASE("cli/output: a file appears whole or not at all") {
  const Folder folder;
  const std::string out = folder.path() + "/out";
  CHECK(run_program(sample, {"copy", "-o", out}, {.input = "message"}).out.empty());
  CHECK(folder.read("out") == "message");
  CHECK(run_program(sample, {"copy", "--output=" + out}).status == 65);
  CHECK(folder.read("out") == "message");
  CHECK(run_program(sample, {"list", "-o" + out, "a", "b"}).out.empty());
  CHECK(folder.read("out") == "a\nb\n");
  CHECK(run_program(sample, {"fail", "data", "-o", out}).status == 65);
  CHECK(folder.read("out") == "a\nb\n");
  CHECK(run_program(sample, {"list", "-o", out}).status == 0);
  CHECK(folder.read("out").empty());
  CHECK(folder.names() == std::vector<std::string>{"out"});
  CHECK(run_program(sample, {"copy", "-o", "-"}, {.input = "m"}).out == "m");
  CHECK(run_program(sample, {"copy", "-o", folder.path() + "/no/out"}, {.input = "m"}).status == 75);
  CHECK(run_program(sample, {"copy", "-o", folder.path()}, {.input = "m"}).status == 64);
}

TEST_CASE("cli/output: a secret keeps its place among what is held back") {
  const Folder folder;
  const std::string out = folder.path() + "/out";
  CHECK(run_program(sample, {"reveal", "a", "b"}).out == "held a\nheld b\n");
  CHECK(run_program(sample, {"reveal", "-o", out, "a", "b"}).out.empty());
  CHECK(folder.read("out") == "held a\nheld b\n");
}

TEST_CASE("cli/output: devices are written to, links keep, modes stay") {
  const Folder folder;
  CHECK(run_program(sample, {"copy", "-o", "/dev/null"}, {.input = "m"}).status == 0);
  CHECK(std::filesystem::is_character_file("/dev/null"));
  CHECK(run_program(sample, {"copy", "-o", "/dev/full"}, {.input = "m"}).status == 75);
  const std::string target = folder.file("target", "old", 0640);
  std::filesystem::create_symlink("target", folder.path() + "/link");
  CHECK(run_program(sample, {"copy", "-o", folder.path() + "/link"}, {.input = "m"}).status == 0);
  CHECK(std::filesystem::is_symlink(folder.path() + "/link"));
  CHECK(folder.read("target") == "m");
  struct stat status {};
  REQUIRE(stat(target.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("cli/output: the input is refused as output, by whatever name") {
  const Folder folder;
  const std::string mail = folder.file("mail", "message");
  std::filesystem::create_hard_link(mail, folder.path() + "/other");
  const auto from = [&](int flags) {
    return Setup{.before = [mail, flags] {
      dup2(open(mail.c_str(), O_RDONLY), 0);
      if (flags != 0) dup2(open(mail.c_str(), flags), 1);
    }};
  };
  for (const std::string& out : {mail, folder.path() + "/other"}) {
    const Ran ran = run_program(sample, {"copy", "-o", out}, from(0));
    CHECK(ran.status == 64);
    CHECK(ran.err ==
          "smsign: error: the output is the input: " + out + "\nsmsign: hint: write to another file and rename it\n");
  }
  CHECK(run_program(sample, {"copy"}, from(O_WRONLY | O_APPEND)).status == 64);
  CHECK(run_program(sample, {"list", "-o", mail, folder.path() + "/other"}).status == 64);
  CHECK(run_program(sample, {"unlock", "-o", mail, "--passphrase-file", mail}).status == 64);
  CHECK(folder.read("mail") == "message");
  CHECK(run_program(sample, {"copy", "-o", folder.path() + "/new"}, from(0)).status == 0);
}
