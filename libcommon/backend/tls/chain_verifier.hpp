// OpenSSL's DANE engine, apart from any connection: one chain can be held against several hosts' records and names.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "backend/tls/certificates.hpp"
#include "base/result.hpp"
#include "dane/chain.hpp"

namespace sm::tls {

class ChainVerifier final : public dane::ChainJudge {
 public:
  // `anchors` (DER): where usages 0 and 1 must end; they have no part in 2 and 3. Errors: tls.certificate (data).
  static Result<ChainVerifier> make(std::span<const std::string> anchors = {});
  ChainVerifier(ChainVerifier&&) noexcept;
  ChainVerifier& operator=(ChainVerifier&&) noexcept;
  ~ChainVerifier() override;

  Result<dane::ChainVerdict> verify(const dane::ChainQuestion& question) const override;
  bool full_data_parses(const dns::Tlsa& record) const override { return tls::full_data_parses(record); }
  Result<dane::CertificateFacts> read(const std::string& der) const override { return read_facts(der); }

 private:
  struct State;
  explicit ChainVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sm::tls
