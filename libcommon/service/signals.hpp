// Signals as something to wait for, in the loop that everything else is waited for in.
#pragma once

#include <signal.h>

#include <optional>

#include "io/descriptor.hpp"

namespace sm::service {

enum class Signal { stop, reload };

// Holds TERM and INT (stop) and HUP (reload) back as long as it stands, for all threads that are started meanwhile.
class Signals {
 public:
  // Error: service.signals (temporary).
  static Result<Signals> open();
  Signals(Signals&& other) noexcept;
  Signals& operator=(Signals&&) = delete;
  ~Signals();

  // Ready to be read when one has come.
  int get() const { return descriptor_.get(); }
  // The next that has come.
  std::optional<Signal> take();

 private:
  Signals(Descriptor descriptor, const sigset_t& before) : descriptor_(std::move(descriptor)), before_(before) {}

  Descriptor descriptor_;
  sigset_t before_{};
};

}  // namespace sm::service
