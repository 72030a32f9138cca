// JSON (RFC 8259) as plain values. Members of an object keep the order they were added in, so that two runs print the
// same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace sm::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  template <class Bool>
  requires(std::is_same_v<Bool, bool>)  // not of a pointer
      Value(Bool value)
      : data_(value) {}
  template <class Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) Value(Integer value)
      : data_(static_cast<std::int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(Array values);
  Value(Object members);

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  // nullptr if it is of another type.
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* number() const { return std::get_if<double>(&data_); }  // one that is no integer of 64 bits
  const std::string* string() const { return std::get_if<std::string>(&data_); }
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }

  // The member of this name; nullptr if there is none or this is no object.
  const Value* find(std::string_view name) const;
  // The text of that member; nullptr if there is none that is text.
  const std::string* text(std::string_view name) const;
  // Adds a member at the end. Precondition: an object, or null, which becomes one; no member of this name.
  Value& add(std::string_view name, Value value);
  // Adds an element at the end. Precondition: an array, or null, which becomes one.
  Value& push(Value value);

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

// {"schema": …, "verdict": …} in this order.
Value object(std::initializer_list<Member> members);

// One line, without a line end and without blanks. What is not UTF-8 becomes U+FFFD, a number that is not finite null.
std::string write(const Value& value);

struct ReadLimits {
  std::size_t bytes = 16 << 20;
  int depth = 64;  // arrays and objects in one another
};

// Exactly one document. Errors, all of kind data: json.too-long, json.too-deep, json.duplicate-member, json.syntax
// (with the offset).
Result<Value> read(std::string_view text, const ReadLimits& limits = {});

}  // namespace sm::json
