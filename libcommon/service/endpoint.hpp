// Where a server listens: a unix socket, or a port on loopback.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "net/address.hpp"

namespace sm::service {

struct Endpoint {
  std::string path;  // of a unix socket; empty: the two below
  net::Address address;
  std::uint16_t port = 0;
};

// "unix:PATH", "inet:127.0.0.1:PORT", "inet:[::1]:PORT". Errors: service.endpoint (usage): none of these, an address
// that is not on loopback, a path that no socket can have.
Result<Endpoint> parse_endpoint(std::string_view text);

// A socket that listens, non-blocking and close-on-exec; the name of a unix socket goes away with it.
class Listener {
 public:
  // A unix socket has mode 0660, and belongs to `group` where there is one. What is at its path goes away only if it is
  // a socket at which nobody answers. Errors: service.not-a-socket (config): something else is there; service.in-use,
  // service.listen (temporary).
  static Result<Listener> open(const Endpoint& endpoint, std::optional<gid_t> group);
  // One that whoever started us has opened. Error: service.passed (config): it does not listen, or not at a unix socket
  // or on loopback.
  static Result<Listener> adopt(Descriptor socket);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();
  int get() const { return socket_.get(); }
  // Of a unix socket that we opened: whether those of `group` can use it. They can't where we may not give it to them.
  bool has_group() const { return has_group_; }

 private:
  explicit Listener(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
  std::string path_;  // to remove
  dev_t device_ = 0;  // of what is there while it is ours
  ino_t inode_ = 0;
  bool has_group_ = true;
};

}  // namespace sm::service
