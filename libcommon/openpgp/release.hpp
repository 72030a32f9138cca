// The end of a filter with --annotate: the message with one field SM-Verdict.
#pragma once

#include <functional>
#include <string_view>

#include "cli/context.hpp"
#include "io/document.hpp"
#include "pgpmime/verdict_field.hpp"

namespace sm {

// Releases `message` without any SM-Verdict that came in, and with the one that `find` makes of it. An error of `find`
// that is the message's fault (data, but for mime.empty) is a verdict too, `error`, and so is --timeout; any other is
// returned.
Result<int> release_annotated(cli::Context& context, std::string_view program, Document& message,
                              const std::function<Result<pgpmime::VerdictField>()>& find);
// The same for a result that can be read once and whose verdict is known; it is spooled.
Result<int> release_annotated(cli::Context& context, Source& message, const pgpmime::VerdictField& field);

}  // namespace sm
