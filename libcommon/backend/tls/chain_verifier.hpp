// OpenSSL's DANE engine, apart from any connection: one chain can be held against several hosts' records and names.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "dane/chain.hpp"

namespace sm::tls {

class ChainVerifier {
 public:
  // `anchors` (DER): where usages 0 and 1 must end; they have no part in 2 and 3. Errors: tls.certificate (data).
  static Result<ChainVerifier> make(std::span<const std::string> anchors = {});
  ChainVerifier(ChainVerifier&&) noexcept;
  ChainVerifier& operator=(ChainVerifier&&) noexcept;
  ~ChainVerifier();

  // Errors: tls.certificate (data) for a chain that is empty or can't be read, tls.name (data) for a name that no
  // certificate can have.
  Result<dane::ChainVerdict> verify(const dane::ChainQuestion& question) const;

 private:
  struct State;
  explicit ChainVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sm::tls
