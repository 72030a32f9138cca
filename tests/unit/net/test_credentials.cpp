#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic_file.hpp"
#include "io/scratch.hpp"
#include "net/credentials.hpp"

using namespace sm;
using namespace sm::net;

namespace {

// "user password"; "-" if there is none, the error's code if it can't be read.
std::string found(std::string_view netrc, std::string_view host = "h.example", std::string_view user = {}) {
  const auto credentials = find_credentials(netrc, host, user);
  if (!credentials) return credentials.error().code;
  if (!*credentials) return "-";
  return (*credentials)->user + ' ' + std::string((*credentials)->password.view());
}

}  // namespace

TEST_CASE("net/netrc: entries, in any arrangement of words") {
  CHECK(found("machine h.example login alice password secret") == "alice secret");
  CHECK(found("machine H.Example\n  password secret\r\n  login alice\r\n") == "alice secret");
  CHECK(found("machine other login a password b\nmachine h.example login alice password s") == "alice s");
  CHECK(found("machine h.example login a password 1 machine h.example login b password 2") == "a 1");
  CHECK(found("machine h.example login a account x password 1 port 443") == "a 1");
  CHECK(found("machine h.example.org login a password 1") == "-");
  CHECK(found("machine example login a password 1") == "-");
  CHECK(found("") == "-");
  CHECK(found("machine h.example login alice") == "alice ");
  CHECK(found("machine h.example password 1") == "-");
}

TEST_CASE("net/netrc: the user of the URL chooses among entries") {
  const char* const two = "machine h.example login a password 1\nmachine h.example login b password 2\n";
  CHECK(found(two, "h.example", "b") == "b 2");
  CHECK(found(two, "h.example", "c") == "-");
  CHECK(found("machine h.example password 1", "h.example", "c") == "c 1");
}

TEST_CASE("net/netrc: the default entry, where it stands") {
  CHECK(found("default login any password 0") == "any 0");
  CHECK(found("machine h.example login a password 1 default login any password 0") == "a 1");
  CHECK(found("default login any password 0 machine h.example login a password 1") == "any 0");
}

TEST_CASE("net/netrc: comments, quotations and macros") {
  CHECK(found("# machine h.example login x password y\nmachine h.example login a password #1\n") == "a #1");
  CHECK(found("  # machine h.example login x password y\nmachine h.example login a password 1") == "a 1");
  CHECK(found(R"(machine h.example login "a b" password "c\"d\\e\tf")") == "a b c\"d\\e\tf");
  CHECK(found(R"(machine h.example login "" password "")") == "-");
  CHECK(found("machine h.example login a password \"unended\nmachine x") == "net.netrc");
  CHECK(found("macdef init\nmachine h.example login x password y\n\nmachine h.example login a password 1") == "a 1");
  CHECK(found("macdef init\nmachine h.example login x password y\n") == "-");
}

TEST_CASE("net/netrc: what is cut short is an error that names its line and no word") {
  for (const char* text : {"machine", "machine h.example login", "\nmachine h.example login a password"}) {
    CAPTURE(text);
    const auto cut = find_credentials(text, "h.example", "");
    REQUIRE(!cut);
    CHECK(cut.error().kind == ErrorKind::config);
  }
  const auto cut = find_credentials("machine h.example\nlogin a password hunter2 login", "h.example", "");
  CHECK(cut.error().message.starts_with("line 2: "));
  CHECK(cut.error().message.find("hunter2") == std::string::npos);
}

TEST_CASE("net/credentials: a file that others can read is refused, if it is needed") {
  const test::Scratch folder;
  const std::string path = folder.file("netrc");
  const Url here = *parse_url("https://h.example/");
  const Url elsewhere = *parse_url("https://other.example/");
  CHECK(!*read_credentials(path, here, true));
  CHECK(read_credentials(path, here, false).error().kind == ErrorKind::no_input);

  REQUIRE(write_file(path, "machine h.example login alice password secret\n", 0600));
  CHECK((*read_credentials(path, here, false))->user == "alice");
  CHECK(!*read_credentials(path, elsewhere, false));
  CHECK(!*read_credentials(path, *parse_url("https://bob@h.example/"), false));
  for (const mode_t mode : {0640, 0604, 0660, 0644, 0610}) {
    CAPTURE(mode);
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const auto open = read_credentials(path, here, true);
    REQUIRE(!open);
    CHECK(open.error().kind == ErrorKind::config);
    CHECK(open.error().code == "net.credentials");
    CHECK(!*read_credentials(path, elsewhere, true));
  }
  REQUIRE(write_file(path, std::string(netrc_limit, ' '), 0600));
  CHECK(!*read_credentials(path, here, true));
  REQUIRE(write_file(path, std::string(netrc_limit + 1, ' '), 0600));
  CHECK(read_credentials(path, here, true).error().kind == ErrorKind::config);
}
