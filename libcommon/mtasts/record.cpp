#include "mtasts/record.hpp"

#include <algorithm>

#include "mtasts/fields.hpp"
#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

constexpr std::string_view version = "v=STSv1";

Unexpected syntax(const std::string& what) {
  return fail(ErrorKind::data, "mtasts.record-syntax", "the record can't be read: " + what,
              R"(it has the form "v=STSv1; id=20260831085700Z")");
}

}  // namespace

bool is_record(std::string_view text) {
  return text.starts_with("v=STSv1;");
}

Result<Record> parse_record(std::string_view text) {
  if (!is_record(text))
    return fail(ErrorKind::data, "mtasts.record-version", "the record does not begin with \"v=STSv1;\"");
  if (text.size() > max_record) return syntax("it is too long");
  const Fields read = read_fields(text.substr(version.size() + 1));
  if (!read.wrong.empty()) return syntax(read.wrong);
  std::optional<std::string> id;
  for (const auto& [name, value] : read.fields) {
    if (name == "id") {
      if (value.empty() || value.size() > max_id ||
          !std::ranges::all_of(value, [](char c) { return is_alpha(c) || is_digit(c); }))
        return fail(ErrorKind::data, "mtasts.record-id", "the id is not 1 to 32 letters and digits",
                    "the time of the change is one: 20260831085700Z");
      if (!id) id = value;
    } else if (!is_extension_value(value)) {
      return syntax("a field has a value that none can have");
    }
  }
  if (!id)
    return fail(ErrorKind::data, "mtasts.record-id", "the record has no id", R"(as in "v=STSv1; id=20260831085700Z")");
  return Record{*std::move(id)};
}

Result<std::optional<Record>> pick_record(const std::vector<std::string>& texts) {
  const auto count = std::ranges::count_if(texts, is_record);
  if (count == 0) return std::optional<Record>();
  if (count > 1)
    return fail(ErrorKind::data, "mtasts.records", std::to_string(count) + " records begin with \"v=STSv1;\"",
                "publish one");
  return std::optional(SM_TRY(parse_record(*std::ranges::find_if(texts, is_record))));
}

}  // namespace sm::mtasts
