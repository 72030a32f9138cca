// The folder bindings/. Only the keystore uses it; keystore.hpp says what the operations mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "keystore/binding.hpp"

namespace sm::store {

class Bindings {
 public:
  Bindings(std::string root, const Clock& clock) : root_(std::move(root)), clock_(clock) {}

  Result<std::optional<Binding>> get(std::string_view address) const;
  Result<std::vector<Binding>> list() const;
  // true: created.
  Result<bool> bind(std::string_view address, const Fingerprint& fingerprint, BindingSource source);
  Result<void> record_conflict(std::string_view address, const Fingerprint& fingerprint, BindingSource source);
  Result<void> accept(std::string_view address, const Fingerprint& fingerprint);
  Result<bool> forget(std::string_view address);

 private:
  std::string path_of(std::string_view file_name) const;
  Result<std::optional<Binding>> read(const std::string& file_name) const;
  Result<void> write(const Binding& binding);

  std::string root_;
  const Clock& clock_;
};

}  // namespace sm::store
