// Findings: what a check says about each rule it tried, in one form for people, programs and monitoring.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"

namespace sm::report {

enum class Severity { ok, info, warning, error };  // in rising order

struct Finding {
  Severity severity = Severity::info;
  std::string code;     // stable: "mtasts.max-age-short"
  std::string clause;   // "RFC 8461 §3.2"; may be empty
  std::string subject;  // what it is about, a host or domain; may hold untrusted text
  std::string message;  // lower case, no full stop; may hold untrusted text
  std::string advice;   // what to do; may be empty
  // What a server or a library says about it, untrusted, and in other words the next time though nothing has changed;
  // may be empty.
  std::string detail;
};

// "ok", "info", "warning", "error".
std::string_view name_of(Severity severity);
// Severity::ok of none.
Severity worst(const std::vector<Finding>& findings);

// One line each, in the given order, and one indented line of advice where there is any:
//   error    example.org: the policy has no mode [RFC 8461 §3.2]
//            add a line "mode: enforce"
// The detail stands behind the message. Untrusted text passes printable(). With `color` the severity carries SGR
// sequences (ECMA-48 §8.3.117).
std::string text(const std::vector<Finding>& findings, bool color);

// An array of objects with severity, code, clause, subject, message, advice; members that are empty are left out.
json::Value to_json(const std::vector<Finding>& findings);
// For the member "run", in which everything volatile stands: an array of objects with code, subject and detail of those
// that have one.
json::Value details_to_json(const std::vector<Finding>& findings);

// ---- monitoring plugins: status 0 to 3 and one line "NAME STATE - text | performance data" (Nagios plugin guidelines)

// What our status becomes: 0 stays, 1 becomes 2 (CRITICAL), 2 becomes 1 (WARNING), 64 and up 3 (UNKNOWN). `ends_soon`:
// the worst to be said is that something ends within the days asked about; that is 1.
int nagios_status(int status, bool ends_soon = false);

struct PerformanceValue {
  std::string label;  // without ' and =
  std::int64_t value = 0;
  std::string unit;     // "", "s", "B", "%", "c"
  std::string warning;  // thresholds as they stand in the line, may be empty
  std::string critical;
};

// `status` as from nagios_status(). Ends in a line feed; a '|' in the text becomes a blank, as it would begin the
// performance data.
std::string nagios_line(std::string_view name, int status, std::string_view text,
                        const std::vector<PerformanceValue>& performance = {});

}  // namespace sm::report
