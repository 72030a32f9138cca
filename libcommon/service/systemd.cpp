#include "service/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace sm::service {
namespace {

std::optional<long> number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<int> passed_descriptors(pid_t self, const std::optional<std::string>& listen_pid,
                               const std::optional<std::string>& listen_fds) {
  if (!listen_pid || !listen_fds) return 0;
  const auto pid = number(*listen_pid);
  const auto count = number(*listen_fds);
  if (!pid || !count || *count < 0 || *count > max_passed)
    return fail(ErrorKind::config, "service.passed", "LISTEN_PID and LISTEN_FDS make no sense");
  return *pid == self ? static_cast<int>(*count) : 0;
}

void Notifier::say(std::string_view state) const {
  sockaddr_un address{};
  if (!socket_ || socket_->size() < 2 || socket_->size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_->data(), socket_->size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_->size());
  if (socket_->front() == '@')
    address.sun_path[0] = '\0';
  else
    ++size;
  const Descriptor sender(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (sender)
    sendto(sender.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace sm::service
