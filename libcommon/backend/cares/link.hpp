// The way to one DNS server, by c-ares: whole queries go in, whole messages come out. UDP, and TCP where an answer was
// truncated. c-ares compares address, id and question of what arrives, and lets everything else pass by.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/servers.hpp"

namespace sm::cares {

struct Arrival {
  enum class State { answered, timeout, unreachable };
  std::uint64_t ticket = 0;
  State state = State::timeout;
  std::string message;
};

class Link {
 public:
  // What arrives is appended to `arrived`, which must outlive the Link. `patience`: how long a server may take.
  Link(dns::Server server, std::chrono::milliseconds patience, std::vector<Arrival>& arrived);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Sends a query, once; `edns` says whether it ends in an OPT record without options. There is one arrival for it, at
  // once if it can't be sent.
  void send(std::string_view query, bool edns, std::uint64_t ticket);
  // Queries go another way from now on: from another port.
  void renew();

  void add_descriptors(std::vector<pollfd>& polled);
  // Milliseconds, -1 for never.
  int timeout();
  void process(std::span<const pollfd> polled);

 private:
  struct Channel;
  Channel* channel(bool edns);

  dns::Server server_;
  std::chrono::milliseconds patience_;
  std::vector<Arrival>& arrived_;
  std::list<std::unique_ptr<Channel>> channels_;  // in use, and those that still wait for answers
  Channel* current_[2] = {nullptr, nullptr};      // without and with EDNS
};

}  // namespace sm::cares
