// The connections of a socketmap server, in one thread on poll: requests come in, replies go out in the order of the
// requests of each connection, whoever else is slow, silent, or asks more than he reads. What the replies are it does
// not know.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/pollable.hpp"
#include "base/ticks.hpp"
#include "io/descriptor.hpp"
#include "socketmap/protocol.hpp"

namespace sm::socketmap {

struct ServerLimits {
  // With so many open, who comes takes the place of him who has been silent longest.
  std::size_t connections = 1000;
  // Of a connection; with so much outstanding nothing more is read from it.
  std::size_t unanswered = 16;      // requests
  std::size_t output = 128 * 1024;  // octets that it has not taken
  // A connection is closed when for so long it has sent no whole request, been waiting for no reply, and not taken the
  // last of what was sent. (Postfix closes one of its own accord after 10 s.)
  std::chrono::milliseconds idle{60'000};
};

struct ServerCounts {
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;
  std::uint64_t idle = 0;     // connections closed for that
  std::uint64_t evicted = 0;  // closed to make room
  std::uint64_t broken = 0;   // closed since what came was no request
};

// A request whose reply is still to come.
struct Ticket {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;
};

class Server final : public Pollable {
 public:
  // Gets what is in the netstring, a view for the time of the call. The reply, as reply() makes it, a view until the
  // next call; none: it will be given to answer(), not from within this call.
  using Handler = std::function<std::optional<std::string_view>(std::string_view request, Ticket ticket)>;
  using Log = std::function<void(std::string)>;

  // `listeners` are non-blocking, and must live as long as this. `log` gets a line for what a peer did wrong.
  Server(std::vector<int> listeners, const ServerLimits& limits, Ticks ticks, Handler handler, Log log);

  // Once for each ticket; a connection that is gone by now does not mind.
  void answer(Ticket ticket, std::string_view reply);
  // Accepts and reads nothing more; what has been asked is still answered. A connection is closed when it has all of
  // its replies.
  void drain();

  const ServerCounts& counts() const { return counts_; }
  std::size_t connections() const { return connections_.size(); }

  // The connections. While it is not drained there is work to come without any.
  std::size_t open() const override { return connections_.size(); }
  void add_descriptors(std::vector<pollfd>& polled) override;
  int timeout() const override;
  void process(std::span<const pollfd> polled) override;

 private:
  struct Connection {
    Descriptor socket;
    RequestReader reader;
    std::string output;
    std::size_t sent = 0;  // of output
    // The replies still to come, and those that wait for them; the first is of request `first`.
    std::deque<std::optional<std::string>> replies;
    std::size_t unanswered = 0;  // of them
    std::uint64_t first = 0;
    bool ended = false;  // nothing more is read
    bool more = false;   // whole requests may wait in the reader
    std::chrono::milliseconds active{};
    std::list<std::uint64_t>::iterator place;  // in by_activity_

    std::size_t waiting() const { return output.size() - sent; }
    bool is_full(const ServerLimits& limits) const {
      return unanswered >= limits.unanswered || replies.size() >= 4 * limits.unanswered || waiting() >= limits.output;
    }
  };
  using Connections = std::unordered_map<std::uint64_t, Connection>;

  void accept_from(int listener);
  // Closes the one that has been silent longest, but not the newest. False: all others wait for an answer.
  bool make_room(std::uint64_t newest);
  void read(std::uint64_t id, Connection& connection);
  void take_requests(std::uint64_t id, Connection& connection);
  // False if the connection is at its end, or its peer gone.
  bool write(std::uint64_t id, Connection& connection);
  void touch(Connection& connection);
  void close(std::uint64_t id);
  void close_idle();

  std::vector<int> listeners_;
  ServerLimits limits_;
  Ticks ticks_;
  Handler handler_;
  Log log_;
  ServerCounts counts_;
  Connections connections_;
  std::list<std::uint64_t> by_activity_;  // longest ago first
  std::uint64_t next_ = 1;
  bool draining_ = false;
  std::chrono::milliseconds accept_again_{};  // the system had no room for one more
  std::vector<std::uint64_t> polled_;         // whose entry is the n-th, behind those of the listeners
  std::size_t polled_listeners_ = 0;
  std::vector<std::uint64_t> to_write_;  // have output since the last turn
  std::vector<std::uint64_t> to_take_;   // may have requests in their readers
};

}  // namespace sm::socketmap
