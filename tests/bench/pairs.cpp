// pairs RUNS INPUT COMMAND [ COMMAND…]: times whole processes, one of each command in turn, and prints for each the
// median and minimum of wall time in milliseconds, its peak resident memory, and the median of the ratio to the first
// command of the same round. A command is one argument, split at blanks; its stdin is INPUT, or FILE where a word is
// <FILE ("-" as the first word: through a pipe, written by another process); stdout is /dev/null.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

double now_ms() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

struct Series {
  std::vector<std::string> words;
  std::string input;
  bool piped = false;
  std::vector<double> times;
  std::vector<double> ratios;
  long peak_kib = 0;
  int failures = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Another process that feeds the file through a pipe.
int feeder(const char* input, pid_t& pid) {
  int ends[2];
  if (pipe(ends) != 0) _exit(2);
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  pid = fork();
  if (pid == 0) {
    const int file = open(input, O_RDONLY);
    std::vector<char> buffer(1 << 20);
    for (ssize_t count; (count = read(file, buffer.data(), buffer.size())) > 0;)
      for (ssize_t done = 0; done < count;) {
        const ssize_t n = write(ends[1], buffer.data() + done, static_cast<size_t>(count - done));
        if (n < 0) _exit(0);
        done += n;
      }
    _exit(0);
  }
  close(ends[1]);
  return ends[0];
}

double run(Series& series) {
  const char* input = series.input.c_str();
  pid_t feeding = -1;
  const int in = series.piped ? feeder(input, feeding) : open(input, O_RDONLY);
  const int out = open("/dev/null", O_WRONLY);
  std::vector<char*> arguments;
  for (std::string& word : series.words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const double begin = now_ms();
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage = {};
  wait4(pid, &status, 0, &usage);
  const double elapsed = now_ms() - begin;
  close(in);
  close(out);
  if (feeding > 0) waitpid(feeding, nullptr, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++series.failures;
  series.peak_kib = std::max(series.peak_kib, usage.ru_maxrss);
  return elapsed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const int runs = std::atoi(argv[1]);
  std::vector<Series> all;
  for (int i = 3; i < argc; ++i) {
    Series series;
    std::string word;
    for (const char* c = argv[i]; *c; ++c) {
      if (*c != ' ') {
        word += *c;
      } else if (!word.empty()) {
        series.words.push_back(std::move(word));
        word.clear();
      }
    }
    if (!word.empty()) series.words.push_back(std::move(word));
    series.input = argv[2];
    std::erase_if(series.words, [&](const std::string& w) {
      if (w[0] != '<') return false;
      series.input = w.substr(1);
      return true;
    });
    series.piped = series.words.front() == "-";
    if (series.piped) series.words.erase(series.words.begin());
    all.push_back(std::move(series));
  }
  for (Series& series : all) run(series);
  for (Series& series : all) series.failures = 0;
  for (int round = 0; round < runs; ++round) {
    double first = 0;
    for (Series& series : all) {
      const double time = run(series);
      if (&series == &all.front()) first = time;
      series.times.push_back(time);
      series.ratios.push_back(time / first);
    }
  }
  for (const Series& series : all) {
    std::string line;
    for (const std::string& word : series.words) line += (line.empty() ? "" : " ") + word.substr(word.rfind('/') + 1);
    std::printf("%9.2f ms  min %9.2f  ratio %6.2f  peak %7ld KiB  %s%s\n", median(series.times),
                *std::min_element(series.times.begin(), series.times.end()), median(series.ratios), series.peak_kib,
                line.substr(0, 60).c_str(), series.failures ? "  FAILED" : "");
  }
}
