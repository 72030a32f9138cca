#include "service/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sm::service {

Result<Signals> Signals::open() {
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held, signal);
  Descriptor descriptor(signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!descriptor) return fail_errno("service.signals", "wait for signals", errno);
  pthread_sigmask(SIG_BLOCK, &held, &before);
  return Signals(std::move(descriptor), before);
}

Signals::Signals(Signals&& other) noexcept : descriptor_(std::move(other.descriptor_)), before_(other.before_) {}

Signals::~Signals() {
  if (descriptor_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<Signal> Signals::take() {
  signalfd_siginfo info{};
  if (read(descriptor_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return info.ssi_signo == SIGHUP ? Signal::reload : Signal::stop;
}

}  // namespace sm::service
