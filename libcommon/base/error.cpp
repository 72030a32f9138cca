#include "base/error.hpp"

#include <cstring>

namespace sm {

Unexpected fail(ErrorKind kind, std::string_view code, std::string message, std::string hint, const char* file,
                int line) {
  return Unexpected{Error{kind, std::string(code), std::move(message), std::move(hint), file, line}};
}

Unexpected fail_errno(std::string_view code, std::string_view what, int error_number, const char* file, int line) {
  // strerrordesc_np ignores the locale: what we print never depends on it.
  const char* description = strerrordesc_np(error_number);
  return fail(ErrorKind::temporary, code, std::string(what) + ": " + (description ? description : "unknown error"), {},
              file, line);
}

}  // namespace sm
