// Result<T>: a T or an Error. [[nodiscard]], and shaped so that std::expected<T, Error> can replace it.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace sm {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Precondition of these four: has_value(). std::get throws otherwise, which is a bug and ends as one.
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  // Precondition: !has_value().
  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Unexpected failure) : error_(std::move(failure.error)) {}

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  void operator*() const {}

  Error& error() & { return error_.value(); }
  const Error& error() const& { return error_.value(); }
  Error&& error() && { return std::move(error_).value(); }

 private:
  std::optional<Error> error_;
};

// `auto v = SM_TRY(f());` is the value of a Result, or returns its Error from the function around it. The only macro of
// the project: the language has no other way to say it. It leaves in the middle of an expression, and what that has
// made by then is not destroyed: f(made(), SM_TRY(g())) and {copied, SM_TRY(g())} leak, so there it is a statement of
// its own first.
#define SM_TRY(expression)                                                         \
  __extension__({                                                                  \
    auto sm_try_result = (expression);                                             \
    if (!sm_try_result) return ::sm::Unexpected{std::move(sm_try_result).error()}; \
    *std::move(sm_try_result);                                                     \
  })

}  // namespace sm
