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
  // What of the child's is ours to read; the rest it shares with us.
  enum class Answers { none, output, output_and_diagnostics };
  // Searches PATH unless the name holds a slash. The child reads our pipe `to` on its stdin; its stdout is our pipe
  // `from` and its stderr our pipe `diagnostics`, as far as `answers` says so. Its SIGPIPE has the default action;
  // descriptors are inherited unless close-on-exec. Error: cli.child (temporary).
  static Result<Child> start(const std::vector<std::string>& command, Answers answers);
  // The same, but its stdin is `input`. With `dies_with_us` it is killed when we are, whatever kills us.
  static Result<Child> start_with(const std::vector<std::string>& command, const Descriptor& input, bool dies_with_us);
  Child(Child&&) noexcept = default;
  // Kills a child that nobody waited for.
  ~Child();

  const Descriptor& to() const { return to_; }
  const Descriptor& from() const { return from_; }
  const Descriptor& diagnostics() const { return diagnostics_; }
  // Ends what the child reads.
  void close_input();
  void kill();
  // Its exit status; nullopt if a signal ended it.
  std::optional<int> wait();

 private:
  Child() = default;
  static Result<Child> run(const std::vector<std::string>& command, const Descriptor& input, const Descriptor& output,
                           const Descriptor& diagnostics, bool dies_with_us);
  pid_t pid_ = 0;
  Descriptor to_;
  Descriptor from_;
  Descriptor diagnostics_;
  std::unique_ptr<ChildGuard> guard_;
};

}  // namespace sm::cli
