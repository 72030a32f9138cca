#include "backend/tls/verification.hpp"

#include <stdexcept>

namespace sm::tls {

using dane::ChainResult;

void must(bool done) {
  if (!done) throw std::runtime_error("libssl fails");
}

Result<Chain> read_chain(const std::vector<std::string>& encoded) {
  Chain chain;
  if (encoded.empty()) return fail(ErrorKind::data, "tls.certificate", "the server sent no certificate");
  must(chain.stack != nullptr);
  for (const std::string& der : encoded) {
    chain.owned.push_back(SM_TRY(parse_certificate(der)));
    must(sk_X509_push(chain.stack.get(), chain.owned.back().get()) > 0);
  }
  return chain;
}

ChainResult result_of(int code) {
  switch (code) {
    case X509_V_OK:
      return ChainResult::match;
    case X509_V_ERR_DANE_NO_MATCH:
      return ChainResult::no_match;
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return ChainResult::wrong_name;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return ChainResult::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ChainResult::not_yet_valid;
    default:
      return ChainResult::untrusted;
  }
}

std::optional<std::chrono::sys_seconds> first_end(X509_STORE_CTX* check, int depth) {
  std::optional<std::chrono::sys_seconds> first;
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(check);
  for (int i = 0; i <= depth && i < sk_X509_num(chain); ++i) {
    const auto end = time_of(X509_get0_notAfter(sk_X509_value(chain, i)));
    if (end && (!first || *end < *first)) first = end;
  }
  return first;
}

}  // namespace sm::tls
