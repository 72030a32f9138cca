#include "json/value.hpp"

#include <algorithm>

namespace sm::json {

Value::Value(Array values) : data_(std::move(values)) {}
Value::Value(Object members) : data_(std::move(members)) {}

const Value* Value::find(std::string_view name) const {
  const Object* members = object();
  if (!members) return nullptr;
  const auto found = std::ranges::find(*members, name, &Member::first);
  return found == members->end() ? nullptr : &found->second;
}

const std::string* Value::text(std::string_view name) const {
  const Value* const member = find(name);
  return member ? member->string() : nullptr;
}

Value& Value::add(std::string_view name, Value value) {
  if (is_null()) data_ = Object();
  std::get<Object>(data_).emplace_back(std::string(name), std::move(value));
  return *this;
}

Value& Value::push(Value value) {
  if (is_null()) data_ = Array();
  std::get<Array>(data_).push_back(std::move(value));
  return *this;
}

Value object(std::initializer_list<Member> members) {
  return Object(members);
}

}  // namespace sm::json
