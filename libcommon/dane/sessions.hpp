// The connections of one run. Servers count them, and take it amiss if a client makes many: what is asked for twice is
// looked at once, and few at a time go to one address.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/smtp_probe.hpp"

namespace sm::dane {

inline constexpr int connections_per_address = 2;
// In all: below what a process may have open.
inline constexpr std::size_t max_connections = 400;

class Sessions {
 public:
  using Seen = std::shared_ptr<const net::ProbeResult>;
  using Callback = std::function<void(Seen)>;

  // `probe` must outlive it.
  explicit Sessions(net::SmtpProbe& probe) : probe_(probe) {}
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // One connection for each address, port, name, key and protocol. Calls back at once for what was seen already.
  void ask(const net::ProbeTarget& target, Callback done);

 private:
  struct Entry {
    Seen seen;
    std::vector<Callback> waiting;
  };
  void start(const std::string& address);
  void start_blocked();
  void finish(const net::ProbeTarget& target, net::ProbeResult result);

  net::SmtpProbe& probe_;
  std::map<std::string, Entry> entries_;
  struct Queue {
    int open = 0;
    std::deque<net::ProbeTarget> waiting;
  };
  std::map<std::string, Queue> queues_;  // by address; none for one that nothing is asked of
  std::size_t open_ = 0;
  std::deque<std::string> blocked_;  // addresses that wait for max_connections
};

}  // namespace sm::dane
