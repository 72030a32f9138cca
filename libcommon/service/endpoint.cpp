#include "service/endpoint.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace sm::service {
namespace {

constexpr int backlog = 1024;
constexpr mode_t mode = 0660;

Unexpected bad(std::string_view text, std::string_view why) {
  std::string message = "\"";
  message.append(text).append("\" is no place to listen at: ").append(why);
  return fail(ErrorKind::usage, "service.endpoint", std::move(message), "as in unix:PATH or inet:127.0.0.1:PORT");
}

bool is_loopback(const net::Address& address) {
  return net::is_within(address, "127.0.0.0/8") || net::is_within(address, "::1/128");
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress address_of(const Endpoint& endpoint) {
  SocketAddress result;
  if (!endpoint.path.empty()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, endpoint.path.data(), endpoint.path.size());
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = sizeof address;
  } else if (endpoint.address.family == net::Address::Family::v4) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, endpoint.address.octets.data(), sizeof address.sin_addr);
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = sizeof address;
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.octets.data(), sizeof address.sin6_addr);
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = sizeof address;
  }
  return result;
}

Result<Descriptor> make_socket(int family) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("service.listen", "make a socket", errno);
  return socket;
}

// Makes way for a socket at the path. Under the lock of its folder, so that of two who start at a time one is second.
Result<void> clear_path(const Endpoint& endpoint) {
  const std::string& path = endpoint.path;
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno("service.listen", "look at " + path, errno);
  }
  if (!S_ISSOCK(there.st_mode))
    return fail(ErrorKind::config, "service.not-a-socket", path + " is there, and is no socket",
                "move it away, or listen elsewhere");
  const Descriptor probe = SM_TRY(make_socket(AF_UNIX));
  const SocketAddress address = address_of(endpoint);
  const bool answered = connect(probe.get(), address.get(), address.size) == 0;
  // EAGAIN: somebody's queue is full.
  if (answered || errno != ECONNREFUSED)
    return fail(ErrorKind::temporary, "service.in-use", "another process listens at " + path);
  if (unlink(path.c_str()) != 0) return fail_errno("service.listen", "remove " + path, errno);
  return {};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint result;
  if (text.starts_with("unix:")) {
    result.path = text.substr(5);
    if (result.path.empty() || result.path.find('\0') != std::string::npos) return bad(text, "it has no path");
    if (result.path.size() >= sizeof(sockaddr_un::sun_path)) return bad(text, "the path is too long for a socket");
    return result;
  }
  if (!text.starts_with("inet:")) return bad(text, "it begins neither with unix: nor with inet:");
  const std::string_view rest = text.substr(5);
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return bad(text, "it has no port");
  std::string_view host = rest.substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto address = net::parse_address(host);
  if (!address || brackets != (address->family == net::Address::Family::v6)) return bad(text, "it has no address");
  if (!is_loopback(*address)) return bad(text, "only those on this machine are answered, by 127.0.0.1 or [::1]");
  const std::string_view digits = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (error != std::errc() || end != digits.data() + digits.size() || result.port == 0)
    return bad(text, "it has no port");
  result.address = *address;
  return result;
}

Result<Listener> Listener::open(const Endpoint& endpoint, std::optional<gid_t> group) {
  const SocketAddress address = address_of(endpoint);
  Listener result(SM_TRY(make_socket(address.storage.ss_family)));
  const std::string& path = endpoint.path;
  const auto listened = [&]() -> Result<void> {
    if (listen(result.get(), backlog) != 0) return fail_errno("service.listen", "listen", errno);
    return {};
  };
  if (path.empty()) {
    const int on = 1;
    setsockopt(result.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(result.get(), address.get(), address.size) != 0) {
      if (errno == EADDRINUSE)
        return fail(ErrorKind::temporary, "service.in-use", "another process listens at that port");
      return fail_errno("service.listen", "listen at that port", errno);
    }
    SM_TRY(listened());
    return result;
  }
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) return fail_errno("service.listen", "open " + folder, errno);
  while (flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail_errno("service.listen", "lock " + folder, errno);
  SM_TRY(clear_path(endpoint));
  // Until it listens nobody can connect, so that its group comes in time.
  const mode_t before = umask(0777 & ~mode);
  const bool bound = bind(result.get(), address.get(), address.size) == 0;
  const int error = errno;
  umask(before);
  if (!bound) return fail_errno("service.listen", "make " + path, error);
  struct stat made {};
  if (lstat(path.c_str(), &made) != 0) return fail_errno("service.listen", "look at " + path, errno);
  result.path_ = path;
  result.device_ = made.st_dev;
  result.inode_ = made.st_ino;
  if (group) result.has_group_ = chown(path.c_str(), static_cast<uid_t>(-1), *group) == 0;
  SM_TRY(listened());
  return result;
}

Result<Listener> Listener::adopt(Descriptor socket) {
  const auto refuse = [](const char* why) {
    return fail(ErrorKind::config, "service.passed", std::string("the socket that was passed ") + why,
                "ListenStream= in the socket unit says which it is");
  };
  int listens = 0;
  int type = 0;
  socklen_t size = sizeof listens;
  socklen_t size_of_type = sizeof type;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0 ||
      getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &type, &size_of_type) != 0 || type != SOCK_STREAM)
    return refuse("does not listen (Accept=no)");
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) return refuse("has no name");
  net::Address address;
  if (storage.ss_family == AF_INET) {
    sockaddr_in inet{};
    std::memcpy(&inet, &storage, sizeof inet);
    std::memcpy(address.octets.data(), &inet.sin_addr, sizeof inet.sin_addr);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 inet{};
    std::memcpy(&inet, &storage, sizeof inet);
    address.family = net::Address::Family::v6;
    std::memcpy(address.octets.data(), &inet.sin6_addr, sizeof inet.sin6_addr);
  }
  if (storage.ss_family != AF_UNIX && !is_loopback(address))
    return refuse("is neither a unix socket nor on loopback: only those on this machine are answered");
  const int flags = fcntl(socket.get(), F_GETFL);
  if (fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0)
    return refuse("is not open");
  return Listener(std::move(socket));
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_),
      has_group_(other.has_group_) {}

Listener::~Listener() {
  if (path_.empty()) return;
  // Who came after us and took the name keeps it.
  struct stat there {};
  if (lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ && there.st_ino == inode_) unlink(path_.c_str());
}

}  // namespace sm::service
