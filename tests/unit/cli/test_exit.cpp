#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/exit.hpp"
#include "cli/harness.hpp"

using namespace sm;
using test::Folder;
using test::Ran;
using test::run_program;
using test::sample;
using test::Setup;

TEST_CASE("cli/exit: each kind of failure has its status, on stderr and the status descriptor") {
  const std::pair<const char*, int> expected[] = {{"usage", 64},       {"data", 65},  {"no-input", 66},
                                                  {"unavailable", 69}, {"bug", 70},   {"temporary", 75},
                                                  {"key", 77},         {"config", 78}};
  for (const auto& one : expected) {
    const std::string kind = one.first;
    const int status = one.second;
    CAPTURE(kind);
    const Ran ran = run_program(sample, {"fail", kind, "--status-fd", "3"});
    CHECK(ran.status == status);
    CHECK(ran.out == "before\n");
    CHECK(ran.err == "smsign: error: it is \\x1b[31m" + kind + "\nsmsign: hint: do this\n");
    CHECK(ran.extra == "[SM:] ERROR code=sample." + kind + "\n");
    CHECK(run_program(sample, {"fail", kind, "--tempfail"}).status == 75);
  }
  for (const char* answer : {"0", "1", "2"}) {
    CHECK(run_program(sample, {"list", "-n", answer, "--tempfail"}).status == answer[0] - '0');
  }
  CHECK(run_program(sample, {"list", "--tempfail", "--nonsense"}).status == 75);
}

TEST_CASE("cli/exit: exceptions are bugs, no memory is temporary") {
  const Ran bug = run_program(sample, {"fail", "exception", "--status-fd", "3"});
  CHECK(bug.status == 70);
  CHECK(bug.err == "smsign: error: internal error: what it says\nsmsign: hint: this is a bug in smsign\n");
  CHECK(bug.extra == "[SM:] ERROR code=cli.bug\n");
  CHECK(run_program(sample, {"fail", "other"}).status == 70);
  CHECK(run_program(sample, {"fail", "undefined"}).status == 70);
  for (const char* kind : {"memory", "no-memory"}) {
    CAPTURE(kind);
    const Ran ran = run_program(sample, {"fail", kind, "--status-fd", "3"});
    CHECK(ran.status == 75);
    CHECK(ran.err == "smsign: error: out of memory\n");
    CHECK(ran.extra == "[SM:] ERROR code=cli.out-of-memory\n");
  }
}

TEST_CASE("cli/exit: of several subjects 1 beats 75 beats 2 beats 0") {
  CHECK(cli::combined_status(0, 2) == 2);
  CHECK(cli::combined_status(2, 75) == 75);
  CHECK(cli::combined_status(75, 1) == 1);
  CHECK(cli::combined_status(1, 75) == 1);
  CHECK(cli::combined_status(75, 0) == 75);
  CHECK(cli::combined_status(1, 65) == 65);
  CHECK(cli::combined_status(65, 1) == 65);
}

TEST_CASE("cli/exit: using a closed descriptor fails, not using it does not") {
  const auto closing = [](int fd) { return Setup{.input = "m", .before = [fd] { close(fd); }}; };
  const Ran no_input = run_program(sample, {"copy"}, closing(0));
  CHECK(no_input.status == 75);
  CHECK(no_input.out.empty());
  CHECK(run_program(sample, {"list", "a"}, closing(0)).out == "a\n");
  CHECK(run_program(sample, {"copy"}, closing(1)).status == 75);
  CHECK(run_program(sample, {"list", "a"}, closing(1)).status == 75);
  CHECK(run_program(sample, {"--help"}, closing(1)).status == 75);
  CHECK(run_program(sample, {"list"}, closing(1)).status == 0);
  CHECK(run_program(sample, {"copy"}, closing(2)).out == "m");
  // The output file must not become descriptor 1, nor anything that is read descriptor 0.
  const Folder folder;
  const Ran none = run_program(sample, {"copy", "-o", folder.path() + "/out"}, {.input = "m", .before = [] {
                                                                                  for (int fd = 0; fd < 3; ++fd)
                                                                                    close(fd);
                                                                                }});
  CHECK(none.status == 75);
  CHECK(folder.names().empty());
}

TEST_CASE("cli/exit: an option names only a descriptor that is open and fit for it") {
  const auto status = [](const std::vector<std::string>& arguments, const Setup& setup = {.input = "m"}) {
    const Ran ran = run_program(sample, arguments, setup);
    CHECK(ran.out.empty());
    return ran.status;
  };
  CHECK(status({"list", "--status-fd", "9"}) == 64);
  CHECK(status({"list", "--status-fd", "-1"}) == 64);
  CHECK(status({"list", "--status-fd", "2"}, {.before = [] { close(2); }}) == 64);
  CHECK(status({"unlock", "--passphrase-fd", "9"}) == 64);
  CHECK(status({"unlock", "--passphrase-fd", "1"}) == 64);
  CHECK(status({"copy", "--status-fd", "1"}) == 64);
  CHECK(status({"copy", "--status-fd", "1", "-o", "-"}) == 64);
  CHECK(status({"verify", "--annotate", "--status-fd", "1"}) == 64);
  CHECK(status({"stream", "--passphrase-fd", "0"}) == 64);
  const Ran file = run_program(sample, {"copy", "--status-fd", "1", "-o", "/dev/null"}, {.input = "m"});
  CHECK(file.status == 0);
  CHECK(file.out == "[SM:] VERDICT verdict=good from=a%20b\n");
  CHECK(run_program(sample, {"verify", "--status-fd", "1"}, {.input = "m"}).status == 0);
  CHECK(run_program(sample, {"unlock", "--passphrase-fd", "0"}, {.input = "p\n"}).out == "<p>\n");
}

TEST_CASE("cli/exit: a filter that can't write answers 75, a list dies by the signal") {
  const auto onto = [](const char* path) {
    return Setup{.input = "m", .before = [path] { dup2(open(path, O_WRONLY), 1); }};
  };
  CHECK(run_program(sample, {"copy"}, onto("/dev/full")).status == 75);
  CHECK(run_program(sample, {"list", "a"}, onto("/dev/full")).status == 75);
  CHECK(run_program(sample, {"help"}, onto("/dev/full")).status == 75);
  CHECK(run_program(sample, {"copy", "--status-fd", "3"},
                    {.input = "m", .before = [] { dup2(open("/dev/full", O_WRONLY), 3); }})
            .status == 75);
  CHECK(run_program(sample, {"verify", "--status-fd", "3"},
                    {.input = "m", .before = [] { dup2(open("/dev/full", O_WRONLY), 3); }})
            .status == 0);

  const auto broken = [](int fd, void (*action)(int)) {
    return Setup{.input = "m", .before = [=] {
                   int ends[2];
                   if (pipe(ends) != 0) _exit(99);
                   dup2(ends[1], fd);
                   close(ends[0]);
                   signal(SIGPIPE, action);
                 }};
  };
  CHECK(run_program(sample, {"copy"}, broken(1, SIG_DFL)).status == 75);
  CHECK(run_program(sample, {"many"}, broken(1, SIG_DFL)).signal == SIGPIPE);
  CHECK(run_program(sample, {"many"}, broken(1, SIG_IGN)).signal == SIGPIPE);
  CHECK(run_program(sample, {"copy", "--status-fd", "3"}, broken(3, SIG_DFL)).status == 75);
  CHECK(run_program(sample, {"fail", "data", "--status-fd", "3"}, broken(3, SIG_DFL)).status == 65);
}

TEST_CASE("cli/exit: time runs out with 75 and nothing on stdout but what the command said") {
  const Ran filter =
      run_program(sample, {"copy", "--timeout", "1", "--status-fd", "3"}, {.input = "m", .keep_input_open = true});
  CHECK(filter.status == 75);
  CHECK(filter.out.empty());
  CHECK(filter.err == "smsign: error: not done in time (--timeout)\n");
  CHECK(filter.extra == "[SM:] ERROR code=cli.timeout\n");
  const Ran verdict = run_program(sample, {"wait", "--timeout", "1s"}, {.keep_input_open = true});
  CHECK(verdict.status == 75);
  CHECK(verdict.out == "error\n");
  CHECK(run_program(sample, {"wait", "--timeout", "60"}).status == 0);
}

TEST_CASE("cli/exit: TERM kills with nothing on stdout") {
  const auto kill_it = [](pid_t pid, const std::string&, const std::string&) { kill(pid, SIGTERM); };
  // What it writes to descriptor 3 before it waits shows that it is at work.
  const Ran ran = run_program(sample, {"wait"},
                              {.before =
                                   [] {
                                     if (write(2, "x", 1) != 1) _exit(99);
                                   },
                               .watch = kill_it,
                               .keep_input_open = true});
  CHECK(ran.signal == SIGTERM);
  CHECK(ran.out.empty());
}

TEST_CASE("cli/exit: quiet drops a yes, verbose adds notes and the code of an error") {
  CHECK(run_program(sample, {"ask", "a"}).out == "a\n");
  CHECK(run_program(sample, {"ask", "a", "-q"}).out.empty());
  CHECK(run_program(sample, {"ask", "a", "-q", "-n1"}).out == "a\n");
  CHECK(run_program(sample, {"list", "a", "-q"}).out == "a\n");
  CHECK(run_program(sample, {"list", "a"}).err.empty());
  CHECK(run_program(sample, {"list", "a", "-v"}).err == "smsign: note: a note\n");
  CHECK(run_program(sample, {"fail", "data", "-v"}).err.find("smsign: note: sample.data at sample.cpp:") !=
        std::string::npos);
}
