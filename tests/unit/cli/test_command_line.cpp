#include <doctest/doctest.h>

#include "cli/harness.hpp"

using namespace sm;
using test::Ran;
using test::run_program;
using test::sample;

namespace {

Ran run(const std::vector<std::string>& arguments) {
  return run_program(sample, arguments);
}

// A usage error: 64, nothing on stdout, exactly this on stderr.
void refused(const std::vector<std::string>& arguments, const std::string& error) {
  const Ran ran = run(arguments);
  CAPTURE(arguments.size());
  CHECK(ran.status == 64);
  CHECK(ran.out.empty());
  CHECK(ran.err == error);
}

}  // namespace

TEST_CASE("cli/command line: options stand anywhere and never swallow arguments") {
  CHECK(run({"list", "a", "--tag", "x", "b", "--secret", "c"}).out == "a\nb\nc\ntag x\n");
  CHECK(run({"list", "--tag=x", "-ty", "-t", "z", "a"}).out == "a\ntag x\ntag y\ntag z\n");
  CHECK(run({"list", "-4tx", "a"}).out == "a\ntag x\n");
  CHECK(run({"list", "--tag", "--secret", "a"}).out == "a\ntag --secret\n");
  CHECK(run({"list", "--tag", "", "--tag", "[a,b]", "--tag=a=b", "-"}).out == "-\ntag \ntag [a,b]\ntag a=b\n");
  CHECK(run({"list", "a", "--", "--tag", "-x", "--"}).out == "a\n--tag\n-x\n--\n");
  CHECK(run({"--store", "/x", "--quiet", "list", "-n1", "a"}).status == 1);
  CHECK(run({"-qo", "/dev/null", "list", "a"}).out.empty());
  CHECK(run({"uid", "add", "A", "B"}).out == "A\nB\n");
  CHECK(run({"-v", "uid", "revoke", "A", "B"}).out == "A\nB\n");
}

TEST_CASE("cli/command line: what does not fit is refused with a hint") {
  refused({"lsit"}, "smsign: error: unknown command: lsit\nsmsign: hint: did you mean list?\n");
  refused({"nonsense"}, "smsign: error: unknown command: nonsense\nsmsign: hint: see smsign --help\n");
  refused({"uid", "drop"}, "smsign: error: unknown command: uid\nsmsign: hint: there is uid add, uid revoke\n");
  refused({"list", "--sceret"}, "smsign: error: unknown option: --sceret\nsmsign: hint: did you mean --secret?\n");
  refused({"list", "--ans=1"}, "smsign: error: unknown option: --ans\nsmsign: hint: did you mean --answer?\n");
  refused({"list", "--annotate"},
          "smsign: error: unknown option: --annotate\nsmsign: hint: --annotate belongs to smsign verify\n");
  refused({"list", "-4x"}, "smsign: error: unknown option: -x\n");
  refused({"list", "-5"}, "smsign: error: unknown option: -5\n");
  refused({"list", "--tag"}, "smsign: error: --tag needs a value\n");
  refused({"list", "a", "-t"}, "smsign: error: -t needs a value\n");
  refused({"list", "--tag=", "a"}, "smsign: error: --tag needs a value after the equals sign\n");
  refused({"list", "--secret=no"}, "smsign: error: --secret takes no value\n");
  refused({"list", "--answer", "1", "-n", "2"}, "smsign: error: --answer is given twice\n");
  refused({"list", "--answer", "-1"}, "smsign: error: --answer: \"-1\" is not a number\n");
  refused({"list", "--answer", "1x"}, "smsign: error: --answer: \"1x\" is not a number\n");
  refused({"list", "--answer", "18446744073709551616"},
          "smsign: error: --answer: \"18446744073709551616\" is not a number\n");
  refused({"list", "--for", "5m"}, "smsign: error: --for: \"5m\" is not a duration such as 30s, 15min, 8h or 7d\n");
  refused({"list", "--timeout", "0"}, "smsign: error: --timeout: \"0\" is not a number of seconds, at least 1\n");
  refused({"list", "--store", ""}, "smsign: error: --store: \"\" is not a value that is not empty\n");
  refused({"list", "--color", "red"}, "smsign: error: --color: \"red\" is not one of auto, always, never\n");
  refused({"list", "-q", "-v"}, "smsign: error: --quiet and --verbose contradict each other\n");
  refused({"copy", "--max-message", "1T"},
          "smsign: error: --max-message: \"1T\" is not a size such as 512K, 10M or 1G\n");
  refused({"copy", "--json"},
          "smsign: error: --json does not fit copy\nsmsign: hint: --status-fd says in lines what a filter finds\n");
  refused(
      {"verify", "--annotate", "--json"},
      "smsign: error: --json does not fit --annotate\nsmsign: hint: --status-fd says in lines what a filter finds\n");
  refused({"list", "--passphrase-fd", "3"}, "smsign: error: --passphrase-fd does not fit list\n");
  refused({"copy", "file"}, "smsign: error: unexpected argument: file\nsmsign: hint: the message comes from stdin\n");
  refused({"many", "file"}, "smsign: error: unexpected argument: file\nsmsign: hint: many takes none\n");
  refused({"verify", "--", "cat"}, "smsign: error: unexpected argument: cat\nsmsign: hint: verify takes none\n");
  refused({"uid", "add", "A"},
          "smsign: error: an argument is missing\nsmsign: hint: usage: smsign uid add [options] ID UID\n");
  refused({"copy", "--"}, "smsign: error: no command behind --\n");
  refused({"--print-completion", "csh"},
          "smsign: error: no completions for csh\nsmsign: hint: there is bash, zsh, fish\n");
}

TEST_CASE("cli/command line: options of the network belong to commands that use it, and to programs that these run") {
  for (const std::string option :
       {"--cafile=x", "--resolver=127.0.0.1", "--proxy=env", "--allow-private", "--jobs=2"}) {
    refused({"ask", "a", option}, "smsign: error: " + option.substr(0, option.find('=')) + " does not fit ask\n");
  }
  refused({"copy", "-6"}, "smsign: error: unknown option: -6\n");
  refused({"fetch", "-46"}, "smsign: error: -4 and -6 contradict each other\n");
  refused({"fetch", "--resolver="}, "smsign: error: --resolver needs a value after the equals sign\n");
  CHECK(run({"-6", "fetch", "--jobs", "3"}).out == "\n-6 \n");
  CHECK(run({"fetch", "--resolver", "127.0.0.1@53", "-4", "--cafile", "a b", "--batch", "--store", "-x", "--proxy",
             "env", "--allow-private"})
            .out ==
        "--store=-x --batch \n--store=-x --batch --cafile=a b --resolver=127.0.0.1@53 --proxy=env -4 "
        "--allow-private \n");
}

TEST_CASE("cli/command line: what a user wrote is shown without its controls") {
  refused({"\x1b[31m"}, "smsign: error: unknown command: \\x1b[31m\nsmsign: hint: see smsign --help\n");
}

TEST_CASE("cli/command line: help and version answer on stdout") {
  const Ran none = run({});
  CHECK(none.status == 64);
  CHECK(none.out.empty());
  CHECK(none.err.starts_with("usage: smsign COMMAND"));
  const Ran help = run({"help"});
  CHECK(help.status == 0);
  CHECK(help.out == none.err);
  CHECK(help.err.empty());
  CHECK(run({"--help"}).out == help.out);
  CHECK(run({"-h"}).out == help.out);
  const Ran list = run({"help", "list"});
  CHECK(list.status == 0);
  CHECK(list.out.starts_with(
      "usage: smsign list [options] [WORD…]\n\nlists words\n\noptions:\n  -n, --answer N  the status\n"));
  CHECK(run({"list", "--help"}).out == list.out);
  CHECK(run({"list", "a", "-h", "--answer", "bad"}).out == list.out);
  CHECK(run({"help", "uid", "add"}).out.starts_with("usage: smsign uid add [options] ID UID\n"));
  CHECK(run({"help", "lsit"}).status == 64);
  CHECK(run({"copy", "--help"}).out.find("--json") == std::string::npos);
  CHECK(run({"verify", "--help"}).out.find("--json") != std::string::npos);
  CHECK(run({"list", "--help"}).out.find("--passphrase-fd") == std::string::npos);
  CHECK(run({"unlock", "--help"}).out.find("--passphrase-fd") != std::string::npos);
  CHECK(run({"--version"}).out == "smsign " SM_VERSION "\n");
  CHECK(run({"list", "-V"}).out == "smsign " SM_VERSION "\n");
  for (const char* hidden : {"print-options", "print-completion"}) CHECK(list.out.find(hidden) == std::string::npos);
}

TEST_CASE("cli/command line: the listing names each command and option") {
  const Ran ran = run({"--print-options"});
  CHECK(ran.status == 0);
  CHECK(ran.out.find("\nlist\nlist\t--answer\t-n\tN\t\nlist\t--tag\t-t\tTEXT\trepeat\nlist\t--secret\t\t\t\n") !=
        std::string::npos);
  CHECK(ran.out.find("\nlist\t-4\t\t\t\n") != std::string::npos);
  CHECK(ran.out.find("\nuid add\t--output\t-o\tFILE\t\n") != std::string::npos);
  CHECK(ran.out.find("copy\t--json") == std::string::npos);
}
