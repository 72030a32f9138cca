// A verdict as status lines, text and JSON: one form for all programs.
#pragma once

#include <string>

#include "cli/context.hpp"
#include "json/value.hpp"
#include "pgpmime/verify.hpp"

namespace sm {

// "[SM:] VERDICT …" and one "[SM:] SIGNATURE …" for each signature.
Result<void> verdict_status(cli::Context& context, const pgpmime::MessageVerdict& verdict);

// Line 1 is the bare verdict; then what it is about, a few lines for each signature. Untrusted text is printable().
std::string verdict_text(const pgpmime::MessageVerdict& verdict);

// Members verdict, from, header: {protection, altered: [names]}, layers: [{form, outermost, part, covered, problem,
// signatures: […]}].
json::Value verdict_json(const pgpmime::MessageVerdict& verdict);

// A verdict other than good and none in words for stderr; untrusted text in it still has to pass printable().
std::string verdict_remark(const pgpmime::MessageVerdict& verdict);

}  // namespace sm
