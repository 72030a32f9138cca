#include <doctest/doctest.h>

#include <filesystem>

#include "cli/harness.hpp"
#include "cli/settings.hpp"

using namespace sm;
using test::Folder;
using test::Ran;
using test::run_program;
using test::sample;

namespace {

Ran with(const std::string& text, std::vector<std::string> options = {}) {
  const Folder folder;
  options.insert(options.begin(), {"settings", "--config", folder.file("c", text)});
  return run_program(sample, options);
}

// 78, and this behind the name of the file.
void refused(const std::string& text, const std::string& error) {
  const Folder folder;
  const std::string path = folder.file("c", text);
  const Ran ran = run_program(sample, {"settings", "--config", path});
  CHECK(ran.status == 78);
  CHECK(ran.out.empty());
  CHECK(ran.err == "smsign: error: " + path + error + '\n');
}

}  // namespace

TEST_CASE("cli/settings: keys, sections and comments") {
  CHECK(with("").out == "store -\ndefault-key -\n");
  CHECK(with("# a comment\n\n  store = /a b \r\ndefault-key=AB # CD\nsign = yes").out ==
        "store /a b\ndefault-key AB # CD\nsign\n");
  CHECK(with("store = /a\n[smsign]\nstore = /b\n[smcrypt]\nstore = /c\n").out == "store /b\ndefault-key -\n");
  CHECK(with("encrypt-to = A\nencrypt-to = B\n").out == "store -\ndefault-key -\nencrypt-to A\nencrypt-to B\n");
  CHECK(with("encrypt-to = A\n[smsign]\nencrypt-to = B\n").out == "store -\ndefault-key -\nencrypt-to B\n");
  CHECK(with("sign = no\njson = yes\n").out == "store -\ndefault-key -\njson\n");
  // Known, but nothing to this command.
  CHECK(with("missing-key = defer\nmax-message = 10M\n").status == 0);
}

TEST_CASE("cli/settings: the command line wins, then the environment") {
  CHECK(with("store = /a\n", {"--store", "/f"}).out == "store /f\ndefault-key -\n");
  CHECK(with("encrypt-to = A\n", {"--encrypt-to", "C"}).out == "store -\ndefault-key -\nencrypt-to C\n");
  CHECK(with("quiet = yes\n").out == "store -\ndefault-key -\nquiet\n");
  CHECK(with("quiet = yes\n", {"--verbose"}).out == "store -\ndefault-key -\n");
  const Folder folder;
  const std::string file = folder.file("c", "store = /a\n");
  CHECK(run_program(sample, {"settings"}, {.environment = {{"SM_CONFIG", file}}}).out.starts_with("store /a\n"));
  CHECK(run_program(sample, {"settings"}, {.environment = {{"SM_CONFIG", file}, {"SM_STORE", "/e"}}})
            .out.starts_with("store /e\n"));
  CHECK(run_program(sample, {"settings", "--store=/f"}, {.environment = {{"SM_STORE", "/e"}}})
            .out.starts_with("store /f\n"));
  CHECK(run_program(sample, {"settings", "--config", file}, {.environment = {{"SM_CONFIG", "/none"}}})
            .out.starts_with("store /a\n"));
}

TEST_CASE("cli/settings: the user's file is found, a relative XDG_CONFIG_HOME is none") {
  const Folder folder;
  std::filesystem::create_directories(folder.path() + "/.config/smtools");
  std::filesystem::create_directories(folder.path() + "/xdg/smtools");
  folder.file(".config/smtools/smtools.conf", "store = /home\n");
  folder.file("xdg/smtools/smtools.conf", "store = /xdg\n");
  const auto store = [&](const std::string& xdg) {
    return run_program(sample, {"settings"}, {.environment = {{"HOME", folder.path()}, {"XDG_CONFIG_HOME", xdg}}}).out;
  };
  CHECK(store("").starts_with("store /home\n"));
  CHECK(store("xdg").starts_with("store /home\n"));
  CHECK(store(folder.path() + "/xdg").starts_with("store /xdg\n"));
  CHECK(store(folder.path() + "/absent").starts_with("store -\n"));
}

TEST_CASE("cli/settings: what the first file says wins, key by key") {
  cli::Settings settings;
  REQUIRE(settings.add("user", "store = /u\nencrypt-to = A\n", "smsign"));
  REQUIRE(settings.add("system", "store = /s\nencrypt-to = B\ncolor = never\n[smsign]\nstore = /p\n", "smsign"));
  CHECK(settings.values("store") == std::vector<std::string>{"/u"});
  CHECK(settings.values("encrypt-to") == std::vector<std::string>{"A"});
  CHECK(settings.values("color") == std::vector<std::string>{"never"});
}

TEST_CASE("cli/settings: errors name file and line") {
  refused("store\n", ":1: not of the form key = value");
  refused("\n# x\nstroe = /x\n", ":3: unknown key stroe\nsmsign: hint: did you mean store?");
  refused("= x\n", ":1: unknown key ");
  refused("store =\n", ":1: store has no value");
  refused("[smsign\n", ":1: a section without its closing bracket");
  refused("[smnone]\n", ":1: no program has the name smnone");
  refused("sign = true\n", ":1: sign is yes or no");
  refused("[smcrypt]\nmissing-key = bounce\n", ":2: missing-key: \"bounce\" is not one of fail, defer, pass");
  refused("max-message = 1T\n", ":1: max-message: \"1T\" is not a size such as 512K, 10M or 1G");
  refused("store = /a\nstore = /b\n", ":2: store is given twice");
  refused(std::string(70000, '\n'), ": input is longer than 65536 bytes");
  // What belongs to one call, and secrets, are no keys.
  for (const char* key :
       {"help", "config", "output", "passphrase-fd", "status-fd", "yes", "to", "passphrase", "annotate"}) {
    CHECK(with(std::string(key) + " = 1\n").status == 78);
  }
}

TEST_CASE("cli/settings: a date that has passed fails only where it is used") {
  CHECK(with("expires = 2y\n").out.ends_with("expires 2y\n"));
  const std::string past = "expires = 2001-01-01\n";
  CHECK(with(past).status == 78);
  CHECK(with(past, {"--expires", "3y"}).out.ends_with("expires 3y\n"));
  const Folder folder;
  CHECK(run_program(sample, {"list", "--config", folder.file("c", past)}).status == 0);
}

TEST_CASE("cli/settings: a file that can't be read") {
  CHECK(run_program(sample, {"settings", "--config", "/nonexistent/c"}).status == 66);
  CHECK(run_program(sample, {"settings"}, {.environment = {{"SM_CONFIG", "/nonexistent/c"}}}).status == 66);
  CHECK(run_program(sample, {"settings", "--config", "/"}).status == 75);
  const Ran tempfail = with("tempfail = yes\nsign = yes\n");
  CHECK(tempfail.status == 0);
  const Folder folder;
  CHECK(run_program(sample, {"fail", "data", "--config", folder.file("c", "tempfail = yes\n")}).status == 75);
}

TEST_CASE("cli/settings: colors") {
  const auto colored = [](const std::vector<std::string>& options,
                          const std::vector<std::pair<std::string, std::string>>& environment) {
    std::vector<std::string> arguments = options;
    arguments.insert(arguments.begin(), "settings");
    return run_program(sample, arguments, {.environment = environment}).out.ends_with("color\n");
  };
  CHECK(!colored({}, {}));
  CHECK(colored({"--color", "always"}, {}));
  CHECK(colored({"--color", "always"}, {{"NO_COLOR", "1"}}));
  CHECK(!colored({"--color", "never"}, {}));
}
