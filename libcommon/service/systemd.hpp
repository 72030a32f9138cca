// What a service and systemd say to one another: sockets that are passed (sd_listen_fds(3)) and states that are
// announced (sd_notify(3)). Both are protocols of a few lines, written here so that no library has to be loaded.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.hpp"

namespace sm::service {

// How many descriptors, from 3 on, were passed to the process `self`, by the values of LISTEN_PID and LISTEN_FDS; 0
// where they are absent or for another process. Error: service.passed (config): they make no sense.
Result<int> passed_descriptors(pid_t self, const std::optional<std::string>& listen_pid,
                               const std::optional<std::string>& listen_fds);
inline constexpr int first_passed = 3;
inline constexpr int max_passed = 16;

// Says "READY=1" and the like to the socket that NOTIFY_SOCKET names; nothing where it is absent or nobody listens.
class Notifier {
 public:
  explicit Notifier(std::optional<std::string> socket) : socket_(std::move(socket)) {}
  void say(std::string_view state) const;

 private:
  std::optional<std::string> socket_;
};

}  // namespace sm::service
