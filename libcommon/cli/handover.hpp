// "-- CMD": a command that gets the result of a filter.
#pragma once

#include <string>
#include <vector>

#include "cli/child.hpp"
#include "io/spool.hpp"

namespace sm::cli {

// Starts `command` with `result` on its stdin. It must not take a part of a message for all of it, whatever befalls us:
// so all of it lies in the pipe before the command starts, up to a megabyte. Of more, ciphertext goes into a file
// without a name in `spool_directory`; anything else is fed, and then the command dies with us, since it may not touch
// the disk in clear. Errors: those of `result`, of Child, io.spool; then the command was not started, or was killed.
Result<Child> hand_over(const std::vector<std::string>& command, Source& result, Spool::Content content,
                        const std::string& spool_directory);

}  // namespace sm::cli
