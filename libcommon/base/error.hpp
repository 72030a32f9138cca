// Error: why an operation failed, for a program that must choose an exit status and a person who must choose what to
// do. An expected outcome (a bad signature, an absent certificate) is not an Error but a value of its function.
#pragma once

#include <string>
#include <string_view>

namespace sm {

// What kind of trouble; each is one exit status of the contract (cli/exit.hpp maps them).
enum class ErrorKind {
  usage,        // 64: the caller asked for something that does not fit
  data,         // 65: the message or data is malformed, damaged, empty or over a limit
  no_input,     // 66: a named input can't be opened
  unavailable,  // 69: a service said no for good
  bug,          // 70: our own mistake
  temporary,    // 75: a later try may succeed: reads, writes, locks, memory, network
  key,          // 77: a key is locked, missing, expired, revoked, in conflict or refused
  config,       // 78: configuration, or a store that we must not use
};

struct Error {
  ErrorKind kind = ErrorKind::bug;
  std::string code;     // stable and machine-readable, component.reason: "mime.header-too-long"
  std::string message;  // lower case, no full stop; may hold untrusted text, so print it through printable()
  std::string hint;     // what to do about it, may be empty
  const char* file = "";
  int line = 0;

  // Whether the same call may succeed later without anybody changing anything.
  bool retry() const { return kind == ErrorKind::temporary; }
};

// What a Result<T> is made from when it fails; the counterpart of std::unexpected.
struct Unexpected {
  Error error;
};

// Makes a failure and notes the place it was made at.
Unexpected fail(ErrorKind kind, std::string_view code, std::string message, std::string hint = {},
                const char* file = __builtin_FILE(), int line = __builtin_LINE());

// A failure of the system call `what` ("open /path"), from errno: temporary, with the system's words.
Unexpected fail_errno(std::string_view code, std::string_view what, int error_number,
                      const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace sm
