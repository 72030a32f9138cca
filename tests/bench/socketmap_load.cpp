// Asks a socketmap server as Postfix does: on each connection one request after the other, the next when the answer is
// there. Prints one line: answers a second, the median and the 99th percentile of their times in microseconds, and how
// many there were of each status.
//   bench-socketmap-load unix:PATH|PORT CONNECTIONS SECONDS COUNT NAME
// asks for COUNT names, those that NAME is with 1, 2, … for the %, again and again; with SECONDS 0 each once.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connected(const std::string& where) {
  int fd = -1;
  if (where.starts_with("unix:")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, where.c_str() + 5, sizeof address.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(where.c_str())));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  }
  return fd;
}

struct Connection {
  int fd = -1;
  Clock::time_point since;
  std::string got;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 64;
  const std::string where = argv[1];
  const int connections = std::atoi(argv[2]);
  const double seconds = std::atof(argv[3]);
  const long count = std::atol(argv[4]);
  const std::string name = argv[5];
  const std::size_t place = std::min(name.find('%'), name.size());

  std::vector<Connection> all(static_cast<std::size_t>(connections));
  std::vector<pollfd> polled;
  for (Connection& one : all) {
    one.fd = connected(where);
    polled.push_back({one.fd, POLLIN, 0});
  }
  long next = 0;
  std::vector<float> times;
  times.reserve(4'000'000);
  std::map<std::string, long> statuses;
  const auto ask = [&](Connection& one) {
    std::string request = "postfix ";
    request.append(name, 0, place);
    if (place != name.size()) request.append(std::to_string(next % count + 1)).append(name, place + 1);
    ++next;
    const std::string netstring = std::to_string(request.size()) + ":" + request + ",";
    one.got.clear();
    one.since = Clock::now();
    if (write(one.fd, netstring.data(), netstring.size()) != static_cast<ssize_t>(netstring.size())) die("write");
  };
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  long open = 0;
  for (Connection& one : all) {
    if (seconds == 0 && next >= count) break;
    ask(one);
    ++open;
  }
  char bytes[65536];
  while (open != 0) {
    if (poll(polled.data(), polled.size(), 60'000) <= 0) die("poll");
    const auto now = Clock::now();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Connection& one = all[i];
      const ssize_t size = read(one.fd, bytes, sizeof bytes);
      if (size <= 0) die("the server has closed");
      one.got.append(bytes, static_cast<std::size_t>(size));
      if (one.got.back() != ',') continue;
      times.push_back(std::chrono::duration<float, std::micro>(now - one.since).count());
      const std::size_t status = one.got.find(':') + 1;
      ++statuses[one.got.substr(status, one.got.find(' ') - status)];
      const bool goes_on = seconds == 0 ? next < count : now < end;
      if (goes_on)
        ask(one);
      else
        --open;
    }
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%.0f %.1f %.1f", static_cast<double>(times.size()) / took, at(0.5), at(0.99));
  for (const auto& [status, number] : statuses) std::printf(" %s=%ld", status.c_str(), number);
  std::printf("\n");
}
