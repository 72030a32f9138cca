// A program that we start and talk to over pipes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/signals.hpp"
#include "io/descriptor.hpp"

namespace sm::cli {

class Child {
 public:
  // Searches PATH unless the name holds a slash. The child reads our pipe `to` on its stdin; with `answers` its stdout
  // is our pipe `from`, otherwise it is ours. Its SIGPIPE has the default action; descriptors are inherited unless
  // close-on-exec. Error: cli.child (temporary).
  static Result<Child> start(const std::vector<std::string>& command, bool answers);
  // The same, but its stdin is `input`. With `dies_with_us` it is killed when we are, whatever kills us.
  static Result<Child> start_with(const std::vector<std::string>& command, const Descriptor& input, bool dies_with_us);
  Child(Child&&) noexcept = default;
  // Kills a child that nobody waited for.
  ~Child();

  const Descriptor& to() const { return to_; }
  const Descriptor& from() const { return from_; }
  // Ends what the child reads.
  void close_input();
  void kill();
  // Its exit status; nullopt if a signal ended it.
  std::optional<int> wait();

 private:
  Child() = default;
  static Result<Child> run(const std::vector<std::string>& command, const Descriptor& input, const Descriptor& output,
                           bool dies_with_us);
  pid_t pid_ = 0;
  Descriptor to_;
  Descriptor from_;
  std::unique_ptr<ChildGuard> guard_;
};

}  // namespace sm::cli
