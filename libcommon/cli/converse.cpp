#include "cli/converse.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "io/memory.hpp"

namespace sm::cli {
namespace {

constexpr std::size_t diagnostics_limit = 64 * 1024;

// What is there, once poll() said that something is; empty at the end.
Result<std::string_view> read_some(const Descriptor& from, Secret& buffer) {
  for (;;) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got >= 0) return buffer.view().substr(0, static_cast<std::size_t>(got));
    if (errno != EINTR) return fail_errno("io.read", "can't read from the command", errno);
  }
}

}  // namespace

Result<Conversation> converse(const std::vector<std::string>& command, std::string_view input, std::size_t limit) {
  Child child = SM_TRY(Child::start(command, Child::Answers::output_and_diagnostics));
  return converse(child, input, limit);
}

Result<Conversation> converse(Child& child, std::string_view input, std::size_t limit) {
  const BrokenPipeIgnored ignored;
  fcntl(child.to().get(), F_SETFL, O_NONBLOCK);
  Secret buffer(io_piece);
  SecretSink output(limit);
  std::string diagnostics;
  if (input.empty()) child.close_input();
  bool more_output = true;
  bool more_diagnostics = true;
  while (more_output || more_diagnostics) {
    // A descriptor below zero is passed over.
    std::array<pollfd, 3> ends{pollfd{child.to() ? child.to().get() : -1, POLLOUT, 0},
                               pollfd{more_output ? child.from().get() : -1, POLLIN, 0},
                               pollfd{more_diagnostics ? child.diagnostics().get() : -1, POLLIN, 0}};
    if (poll(ends.data(), ends.size(), -1) < 0) continue;  // EINTR
    if (ends[0].revents != 0) {
      const ssize_t written = write(child.to().get(), input.data(), input.size());
      if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
      // Who reads no further has said all it will in its status.
      if (input.empty() || (written < 0 && errno != EINTR && errno != EAGAIN)) child.close_input();
    }
    if (ends[1].revents != 0) {
      const std::string_view piece = SM_TRY(read_some(child.from(), buffer));
      more_output = !piece.empty();
      SM_TRY(output.write(piece));
    }
    if (ends[2].revents != 0) {
      const std::string_view piece = SM_TRY(read_some(child.diagnostics(), buffer));
      more_diagnostics = !piece.empty();
      diagnostics += piece.substr(0, diagnostics_limit - diagnostics.size());
    }
  }
  Conversation conversation;
  conversation.status = child.wait();
  conversation.output = output.take();
  conversation.diagnostics = std::move(diagnostics);
  return conversation;
}

}  // namespace sm::cli
