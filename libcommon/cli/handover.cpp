#include "cli/handover.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "cli/diagnostics.hpp"
#include "cli/signals.hpp"
#include "io/descriptor.hpp"

namespace sm::cli {

Result<Child> hand_over(const std::vector<std::string>& command, Source& result, Spool::Content content,
                        const std::string& spool_directory) {
  constexpr int wanted = 1 << 20;
  constexpr std::size_t piece = 64 * 1024;
  auto [from, to] = SM_TRY(make_pipe("cli.child"));
  fcntl(to.get(), F_SETPIPE_SZ, wanted);
  fcntl(to.get(), F_SETFL, O_NONBLOCK);

  const auto started_with = [&command](const Descriptor& whole) -> Result<Child> {
    Child child = SM_TRY(Child::start_with(command, whole, false));
    child.close_input();
    return child;
  };
  const auto buffer = std::make_unique_for_overwrite<char[]>(piece);
  std::string_view rest;
  std::uint64_t held = 0;
  for (;;) {
    if (rest.empty()) rest = {buffer.get(), SM_TRY(result.read({buffer.get(), piece}))};
    if (rest.empty()) {
      to = Descriptor();
      return started_with(from);
    }
    const ssize_t count = write(to.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) return fail_errno("cli.child", "can't write into a pipe", errno);
    rest.remove_prefix(static_cast<std::size_t>(count));
    held += static_cast<std::uint64_t>(count);
  }

  if (content == Spool::Content::ciphertext) {
    const Descriptor file = SM_TRY(unlinked_file(spool_directory));
    DescriptorSink sink(file.get());
    DescriptorSource source(from.get());
    const auto moved = std::make_unique_for_overwrite<char[]>(piece);
    while (held > 0) {
      const std::size_t count = SM_TRY(source.read({moved.get(), std::min<std::uint64_t>(piece, held)}));
      SM_TRY(sink.write({moved.get(), count}));
      held -= count;
    }
    SM_TRY(sink.write(rest));
    SM_TRY(copy(result, sink));
    if (lseek(file.get(), 0, SEEK_SET) != 0) return fail_errno("io.spool", "can't rewind a temporary file", errno);
    return started_with(file);
  }

  const BrokenPipeIgnored ignored;
  Child child = SM_TRY(Child::start_with(command, from, true));
  from = Descriptor();
  fcntl(to.get(), F_SETFL, 0);
  while (!rest.empty()) {
    if (!write_all(to.get(), rest)) {
      if (errno == EPIPE) break;  // it reads no further, which is no failure: its status is its word
      return fail_errno("cli.child", "can't write to the command", errno);
    }
    rest = {buffer.get(), SM_TRY(result.read({buffer.get(), piece}))};
  }
  to = Descriptor();
  child.close_input();
  return child;
}

}  // namespace sm::cli
