#include "cli/exit.hpp"

namespace sm::cli {
namespace {

int weight(int status) {
  switch (status) {
    case exit_yes:
      return 0;
    case exit_absent:
      return 1;
    case exit_temporary:
      return 2;
    case exit_no:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

int exit_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return exit_usage;
    case ErrorKind::data:
      return exit_data;
    case ErrorKind::no_input:
      return exit_no_input;
    case ErrorKind::unavailable:
      return exit_unavailable;
    case ErrorKind::bug:
      return exit_bug;
    case ErrorKind::temporary:
      return exit_temporary;
    case ErrorKind::key:
      return exit_key;
    case ErrorKind::config:
      return exit_config;
  }
  return exit_bug;
}

int combined_status(int so_far, int next) {
  return weight(next) > weight(so_far) ? next : so_far;
}

}  // namespace sm::cli
