// What earlier results are about, so that a run that was cut short can go on.
#pragma once

#include <set>
#include <string>

#include "base/result.hpp"

namespace sm::bulk {

// The subjects ("example.org", "mx.example.org:465", in lower case) of results in JSON Lines. A line that is torn is
// passed over. Errors: io.open (no_input); bulk.skip (data): there are lines, and none is a result.
Result<std::set<std::string>> read_subjects(const std::string& path);

}  // namespace sm::bulk
