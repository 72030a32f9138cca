#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "json/value.hpp"

namespace sm::json {
namespace {

Unexpected refused(std::string_view code, std::string message) {
  return fail(ErrorKind::data, code, std::move(message));
}

// Builds a Value from the events of nlohmann's parser, which keeps its own stack on the heap: nesting can't exhaust
// ours.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(int depth) : depth_(depth) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
      return put(static_cast<double>(value));
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Object()); }
  bool start_array(std::size_t) override { return open(Array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    if (!open_.back().names.insert(value).second) {
      failure_ = refused("json.duplicate-member", "the member \"" + value + "\" stands twice in an object");
      return false;
    }
    open_.back().name = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    failure_ = refused("json.syntax", "not JSON at byte " + std::to_string(position));
    return false;
  }

  Value take() { return std::move(result_); }
  Unexpected failure() { return failure_ ? *std::move(failure_) : refused("json.syntax", "not JSON"); }

 private:
  struct Open {
    Value value;
    std::string name;  // of the member whose value comes next
    std::unordered_set<std::string> names;
  };

  bool put(Value value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (open_.back().value.array()) {
      open_.back().value.push(std::move(value));
    } else {
      open_.back().value.add(open_.back().name, std::move(value));
    }
    return true;
  }

  bool open(Value value) {
    if (open_.size() >= static_cast<std::size_t>(depth_)) {
      failure_ = refused("json.too-deep", "nested deeper than " + std::to_string(depth_));
      return false;
    }
    open_.push_back({std::move(value), {}, {}});
    return true;
  }

  bool close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    return put(std::move(value));
  }

  int depth_;
  std::vector<Open> open_;
  Value result_;
  std::optional<Unexpected> failure_;
};

}  // namespace

Result<Value> read(std::string_view text, const ReadLimits& limits) {
  if (text.size() > limits.bytes) {
    return refused("json.too-long", "JSON of more than " + std::to_string(limits.bytes) + " bytes");
  }
  Builder builder(limits.depth);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.failure();
  return builder.take();
}

}  // namespace sm::json
