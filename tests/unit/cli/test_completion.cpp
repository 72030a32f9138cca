#include <doctest/doctest.h>

#include <cstdlib>

#include "cli/completion.hpp"
#include "cli/harness.hpp"

using namespace sm;
using test::Folder;

namespace {

// What bash offers for the words, of which the last is being typed.
std::string offered(const Folder& folder, const std::string& words) {
  const std::string script = folder.file(
      "ask.bash",
      ". '" + folder.path() + "/completion'\nCOMP_WORDS=(" + words +
          ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\ncompopt() { :; }\n_smsign\nprintf '%s ' \"${COMPREPLY[@]}\"\n");
  REQUIRE(system(("cd '" + folder.path() + "' && bash '" + script + "' >'" + folder.path() + "/out' 2>&1").c_str()) ==
          0);
  return folder.read("out");
}

}  // namespace

TEST_CASE("cli/completion: bash offers commands, options and values where they fit") {
  const Folder folder;
  folder.file("completion", *cli::completion(test::sample, "bash"));
  folder.file("mail", "");
  CHECK(
      offered(folder, "smsign ''") ==
      "help copy stream verify list ask reveal many fail wait settings unlock new fetch destroy uid --help --version ");
  CHECK(offered(folder, "smsign ve") == "verify ");
  CHECK(offered(folder, "smsign uid ''") == "add revoke ");
  CHECK(offered(folder, "smsign list --se") == "--secret ");
  CHECK(offered(folder, "smsign uid add --se") == "--secret ");
  CHECK(offered(folder, "smsign copy --se") == " ");
  CHECK(offered(folder, "smsign copy --missing-key ''") == "fail defer pass ");
  CHECK(offered(folder, "smsign copy --missing-key = de") == "defer ");
  CHECK(offered(folder, "smsign copy -o ma") == "mail ");
  CHECK(offered(folder, "smsign list ma") == "mail ");
  CHECK(offered(folder, "smsign copy --to ma") == " ");
}

TEST_CASE("cli/completion: each shell names each command and option") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const std::string script = *cli::completion(test::sample, shell);
    for (const cli::Command& command : test::sample.commands) {
      CHECK(script.find(command.name.substr(0, command.name.find(' '))) != std::string::npos);
      for (const cli::Option& option : command.options) CHECK(script.find(option.name) != std::string::npos);
    }
    CHECK(script.find("print-options") == std::string::npos);
  }
}
