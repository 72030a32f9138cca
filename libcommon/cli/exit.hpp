// The exit statuses of the contract.
#pragma once

#include "base/error.hpp"

namespace sm::cli {

enum Exit : int {
  exit_yes = 0,
  exit_no = 1,
  exit_absent = 2,
  exit_usage = 64,
  exit_data = 65,
  exit_no_input = 66,
  exit_unavailable = 69,
  exit_bug = 70,
  exit_temporary = 75,
  exit_key = 77,
  exit_config = 78,
};

int exit_status(ErrorKind kind);

// The status of several subjects together, each with its own: 1 beats 75 beats 2 beats 0; anything else from 64 up
// beats them all, the first one that came.
int combined_status(int so_far, int next);

}  // namespace sm::cli
