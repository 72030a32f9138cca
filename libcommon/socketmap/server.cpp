#include "socketmap/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace sm::socketmap {
namespace {

constexpr std::size_t piece = 16 * 1024;  // octets that are read from one before it is others' turn
constexpr int accepted_at_once = 64;
constexpr std::chrono::milliseconds pause{100};
constexpr std::size_t kept = 4096;  // octets of a buffer that a silent connection may keep

}  // namespace

Server::Server(std::vector<int> listeners, const ServerLimits& limits, Ticks ticks, Handler handler, Log log)
    : listeners_(std::move(listeners)),
      limits_(limits),
      ticks_(std::move(ticks)),
      handler_(std::move(handler)),
      log_(std::move(log)) {}

void Server::touch(Connection& connection) {
  connection.active = ticks_();
  by_activity_.splice(by_activity_.end(), by_activity_, connection.place);
}

void Server::close(std::uint64_t id) {
  const auto found = connections_.find(id);
  by_activity_.erase(found->second.place);
  connections_.erase(found);
}

bool Server::make_room(std::uint64_t newest) {
  for (const std::uint64_t id : by_activity_) {
    if (id == newest || connections_.at(id).unanswered != 0) continue;
    ++counts_.evicted;
    close(id);
    return true;
  }
  return false;
}

void Server::accept_from(int listener) {
  for (int turn = 0; turn < accepted_at_once; ++turn) {
    if (connections_.size() > limits_.connections && !make_room(next_ - 1)) {
      accept_again_ = ticks_() + pause;
      return;
    }
    Descriptor socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno == EAGAIN) return;
      // No descriptor or no memory left: who is silent gives his.
      if (!make_room(0)) accept_again_ = ticks_() + pause;
      return;
    }
    // Fails on a unix socket, which does not wait for more anyway.
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::uint64_t id = next_++;
    Connection& connection = connections_[id];
    connection.socket = std::move(socket);
    connection.active = ticks_();
    connection.place = by_activity_.insert(by_activity_.end(), id);
    ++counts_.accepted;
    // Where all others wait for an answer there is one too many for a while.
    if (connections_.size() > limits_.connections) make_room(id);
  }
}

void Server::read(std::uint64_t id, Connection& connection) {
  std::array<char, piece> bytes;
  const ssize_t got = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (got > 0) {
    connection.reader.push({bytes.data(), static_cast<std::size_t>(got)});
    take_requests(id, connection);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    connection.ended = true;
  }
  to_write_.push_back(id);
}

void Server::take_requests(std::uint64_t id, Connection& connection) {
  connection.more = false;
  bool any = false;
  while (true) {
    if (connection.is_full(limits_)) {
      connection.more = true;
      break;
    }
    const auto request = connection.reader.next();
    if (!request) {
      ++counts_.broken;
      connection.ended = true;
      log_("a connection is closed: " + request.error().message);
      break;
    }
    if (!*request) break;
    ++counts_.requests;
    any = true;
    const std::uint64_t number = connection.first + connection.replies.size();
    const auto reply = handler_(**request, {.connection = id, .request = number});
    if (reply && connection.replies.empty()) {
      ++connection.first;
      connection.output += *reply;
    } else if (reply) {
      connection.replies.emplace_back(*reply);
    } else {
      connection.replies.emplace_back();
      ++connection.unanswered;
    }
  }
  connection.reader.shrink();
  if (any) touch(connection);
}

void Server::answer(Ticket ticket, std::string_view reply) {
  const auto found = connections_.find(ticket.connection);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const std::uint64_t place = ticket.request - connection.first;
  if (ticket.request < connection.first || place >= connection.replies.size()) return;
  auto& slot = connection.replies[place];
  if (slot) return;
  slot = reply;
  --connection.unanswered;
  while (!connection.replies.empty() && connection.replies.front()) {
    connection.output += *connection.replies.front();
    connection.replies.pop_front();
    ++connection.first;
  }
  touch(connection);
  to_write_.push_back(ticket.connection);
  if (connection.more) to_take_.push_back(ticket.connection);
}

bool Server::write(std::uint64_t id, Connection& connection) {
  while (connection.waiting() != 0) {
    const ssize_t sent = send(connection.socket.get(), connection.output.data() + connection.sent, connection.waiting(),
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN;
    }
    connection.sent += static_cast<std::size_t>(sent);
    if (connection.waiting() == 0) {
      connection.output.clear();
      connection.sent = 0;
      if (connection.output.capacity() > kept) connection.output = std::string();
      touch(connection);
    }
  }
  if (connection.more && !connection.is_full(limits_)) to_take_.push_back(id);
  return !connection.ended || connection.more || !connection.replies.empty();
}

void Server::drain() {
  if (std::exchange(draining_, true)) return;
  for (auto& [id, connection] : connections_) {
    // What lies in the socket was asked before we knew.
    if (!connection.ended && !connection.is_full(limits_)) read(id, connection);
    connection.ended = true;
    to_write_.push_back(id);
  }
}

void Server::add_descriptors(std::vector<pollfd>& polled) {
  polled_.clear();
  polled_listeners_ = 0;
  if (!draining_ && accept_again_ == std::chrono::milliseconds::zero()) {
    polled_listeners_ = listeners_.size();
    for (const int listener : listeners_) polled.push_back({.fd = listener, .events = POLLIN, .revents = 0});
  }
  for (const auto& [id, connection] : connections_) {
    short events = 0;
    if (!connection.ended && !connection.is_full(limits_)) events |= POLLIN;
    if (connection.waiting() != 0) events |= POLLOUT;
    // Also without either: of one whose peer has gone for good poll() says so.
    polled.push_back({.fd = connection.socket.get(), .events = events, .revents = 0});
    polled_.push_back(id);
  }
}

int Server::timeout() const {
  if (!to_write_.empty() || !to_take_.empty()) return 0;
  const auto now = ticks_();
  const auto until = [&](std::chrono::milliseconds when) {
    return static_cast<int>(std::clamp<std::int64_t>((when - now).count(), 0, 60'000));
  };
  int result = -1;
  if (!draining_ && accept_again_ != std::chrono::milliseconds::zero()) result = until(accept_again_);
  if (!by_activity_.empty())
    result = sooner(result, until(connections_.at(by_activity_.front()).active + limits_.idle));
  return result;
}

void Server::close_idle() {
  const auto before = ticks_() - limits_.idle;
  while (!by_activity_.empty()) {
    const std::uint64_t id = by_activity_.front();
    Connection& connection = connections_.at(id);
    if (connection.active > before) return;
    if (connection.unanswered != 0) {
      touch(connection);
    } else {
      ++counts_.idle;
      close(id);
    }
  }
}

void Server::process(std::span<const pollfd> polled) {
  if (accept_again_ != std::chrono::milliseconds::zero() && ticks_() >= accept_again_) accept_again_ = {};
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    const short ready = polled[polled_listeners_ + i].revents;
    if (ready == 0) continue;
    const std::uint64_t id = polled_[i];
    Connection& connection = connections_.at(id);
    if ((ready & (POLLERR | POLLHUP | POLLNVAL)) != 0 && (ready & POLLIN) == 0) {
      close(id);
      continue;
    }
    if ((ready & POLLIN) != 0) read(id, connection);
    if ((ready & POLLOUT) != 0) to_write_.push_back(id);
  }
  for (const std::uint64_t id : std::exchange(to_take_, {})) {
    const auto found = connections_.find(id);
    if (found == connections_.end() || !found->second.more) continue;
    take_requests(id, found->second);
    to_write_.push_back(id);
  }
  for (const std::uint64_t id : std::exchange(to_write_, {})) {
    const auto found = connections_.find(id);
    if (found != connections_.end() && !write(id, found->second)) close(id);
  }
  close_idle();
  // Last, so that what is closed to make room for these has none of the entries above.
  if (draining_) return;
  for (std::size_t i = 0; i < polled_listeners_; ++i)
    if (polled[i].revents != 0) accept_from(listeners_[i]);
}

}  // namespace sm::socketmap
