// The end of a filter with --annotate: the message with one field SM-Verdict.
#pragma once

#include "cli/context.hpp"
#include "io/document.hpp"
#include "pgpmime/verdict_field.hpp"

namespace sm {

// Releases `message`, to which `field` was found, without any SM-Verdict that came in.
Result<int> release_annotated(cli::Context& context, Document& message, const pgpmime::VerdictField& field);
// The same for a result that can be read once; it is spooled.
Result<int> release_annotated(cli::Context& context, Source& message, const pgpmime::VerdictField& field);

// What is said where a message kept us from a verdict: `error`, with the code of `why`; the status line VERDICT is
// written.
Result<pgpmime::VerdictField> undecided(cli::Context& context, std::string_view program, const Error& why);

}  // namespace sm
