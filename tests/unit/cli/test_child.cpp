#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "cli/converse.hpp"
#include "cli/harness.hpp"

using namespace sm;
using test::Folder;
using test::Ran;
using test::run_program;
using test::sample;
using test::Setup;

namespace {

Ran filter(std::vector<std::string> options, const std::string& script, const Setup& setup = {.input = "message"}) {
  options.insert(options.begin(), "copy");
  options.insert(options.end(), {"--", "sh", "-c", script});
  return run_program(sample, options, setup);
}

}  // namespace

TEST_CASE("cli/child: it gets the result on its stdin and its status is ours") {
  const Ran ran = run_program(sample, {"copy", "--", "tr", "a-z", "A-Z"}, {.input = "message"});
  CHECK(ran.status == 0);
  CHECK(ran.out == "MESSAGE");
  CHECK(ran.err.empty());
  for (const int status : {1, 2, 63, 64, 75, 100, 255}) {
    CHECK(filter({}, "cat >/dev/null; exit " + std::to_string(status)).status == status);
    CHECK(filter({"--tempfail"}, "cat >/dev/null; exit " + std::to_string(status)).status == 75);
  }
  CHECK(filter({"--tempfail"}, "cat >/dev/null").status == 0);
  CHECK(run_program(sample, {"verify", "--annotate", "--", "cat"}, {.input = "m"}).out == "m");
}

TEST_CASE("cli/child: it is not started unless all has succeeded") {
  const Ran empty = filter({}, "echo started", {});
  CHECK(empty.status == 65);
  CHECK(empty.out.empty());
  CHECK(filter({"-o", "/dev/null"}, "echo started").status == 64);
  CHECK(filter({"--status-fd", "3"}, "echo started",
               {.input = "m",
                .before =
                    [] {
                      dup2(2, 3);
                      close(3);
                    }})
            .out.empty());
}

TEST_CASE("cli/child: one that can't start or dies by a signal is 75") {
  const Ran absent = run_program(sample, {"copy", "--", "/nonexistent/command"}, {.input = "m"});
  CHECK(absent.status == 75);
  CHECK(absent.err == "smsign: error: can't run /nonexistent/command: No such file or directory\n");
  CHECK(filter({}, "kill -9 $$").status == 75);
  CHECK(filter({}, "cat >/dev/null; kill -TERM $$").status == 75);
}

TEST_CASE("cli/child: one that reads no further has the last word") {
  const std::string large(1 << 20, 'x');
  CHECK(filter({}, "exit 0", {.input = large}).status == 0);
  CHECK(filter({}, "exit 67", {.input = large}).status == 67);
  CHECK(filter({}, "wc -c | tr -d ' '", {.input = large}).out == "1048576\n");
}

TEST_CASE("cli/child: it inherits no descriptor of ours, and signals as they should be") {
  const Ran ran = filter({"--status-fd", "3"},
                         "cat >/dev/null; ls /proc/self/fd; grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -c 17-");
  // 3 is the folder that ls reads; the first 31 signals are neither blocked nor ignored.
  CHECK(ran.out == "0\n1\n2\n3\n00000000\n" + ran.out.substr(ran.out.size() - 9));
  CHECK((std::stoul(ran.out.substr(ran.out.size() - 9), nullptr, 16) & 0x7FFFFFFF) == 0);
  CHECK(ran.extra == "[SM:] VERDICT verdict=good from=a%20b\n");
  // A parent that ignores SIGCHLD must not make the status vanish.
  CHECK(filter({}, "exit 3", {.input = "m", .before = [] { signal(SIGCHLD, SIG_IGN); }}).status == 3);
}

TEST_CASE("cli/child: killed while it is fed, it never takes half for the whole") {
  const auto kill_us = [](pid_t pid, const std::string& out, const std::string&) {
    if (out == "started\n") kill(pid, SIGTERM);
  };
  // More than lies in the pipe before it is started.
  const std::string half(3 << 20, 'x');
  const Ran ran = run_program(sample, {"stream", "--", "sh", "-c", "echo started; cat >/dev/null; echo finished"},
                              {.input = half, .watch = kill_us, .keep_input_open = true});
  CHECK(ran.signal == SIGTERM);
  CHECK(ran.out == "started\n");
}

TEST_CASE("cli/child: killed by what can't be caught, neither") {
  const auto kill_us = [](pid_t pid, const std::string& out, const std::string&) {
    if (out == "started\n") kill(pid, SIGKILL);
  };
  const std::string half(3 << 20, 'x');
  // The kernel closes our end of the pipe a moment before it kills the child.
  const Ran ran =
      run_program(sample, {"stream", "--", "sh", "-c", "echo started; cat >/dev/null; sleep 1; echo finished"},
                  {.input = half, .watch = kill_us, .keep_input_open = true});
  CHECK(ran.signal == SIGKILL);
  CHECK(ran.out == "started\n");
}

TEST_CASE("cli/child: a failure of the source kills it too") {
  // Reading a directory fails.
  const Ran ran =
      run_program(sample, {"stream", "--", "sh", "-c", "cat >/dev/null; echo finished"}, {.before = [] { close(0); }});
  CHECK(ran.status == 75);
  CHECK(ran.out.empty());
}

TEST_CASE("cli/child: a signal after all was delivered is passed on") {
  const auto kill_us = [](pid_t pid, const std::string& out, const std::string&) {
    if (out == "delivered\n") kill(pid, SIGTERM);
  };
  const Ran ran =
      filter({}, "sleep 60 & trap \"echo told; kill $!; exit 0\" TERM; cat >/dev/null; echo delivered; wait",
             {.input = "m", .watch = kill_us});
  CHECK(ran.signal == SIGTERM);
  CHECK(ran.out == "delivered\ntold\n");
}

TEST_CASE("cli/converse: a program is run to its end, and all it says is kept") {
  const auto run = [](const std::string& script, const std::string& input = {}, std::size_t limit = 1 << 20) {
    return cli::converse({"sh", "-c", script}, input, limit);
  };
  const std::string large(700'000, 'x');
  // It writes while it reads, more than pipes hold in each direction.
  const auto copied = run("cat; echo said >&2; exit 3", large);
  REQUIRE(copied);
  CHECK(copied->status == 3);
  CHECK(copied->output.view() == large);
  CHECK(copied->diagnostics == "said\n");

  CHECK(run("cat")->output.empty());
  CHECK(run("echo done", large)->output.view() == "done\n");
  CHECK(run("exec <&-; echo done", large)->status == 0);
  CHECK(!run("kill -9 $$")->status);
  CHECK(run("head -c 200000 /dev/zero >&2")->diagnostics.size() == 64 * 1024);
  CHECK(run("cat", large, 1000).error().code == "io.too-long");
  CHECK(run("exec yes", {}, 1000).error().code == "io.too-long");
  CHECK(cli::converse({"/nonexistent/command"}, {}, 1).error().code == "cli.child");
}
