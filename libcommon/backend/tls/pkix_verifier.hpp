// OpenSSL's verification by the authorities of the system, or of a file, apart from any connection.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "dane/pkix.hpp"

namespace sm::tls {

class PkixVerifier final : public dane::PkixJudge {
 public:
  // `ca_file`: authorities in PEM instead of the system's; empty: those. Loading them takes some 15 ms. The environment
  // is not heeded. Errors: net.cafile (no_input): it can't be read, or has none; tls.no-authorities (config): the
  // system has none.
  static Result<PkixVerifier> make(const std::string& ca_file);
  PkixVerifier(PkixVerifier&&) noexcept;
  PkixVerifier& operator=(PkixVerifier&&) noexcept;
  ~PkixVerifier() override;

  Result<dane::ChainVerdict> verify(const dane::PkixQuestion& question) const override;

 private:
  struct State;
  explicit PkixVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sm::tls
