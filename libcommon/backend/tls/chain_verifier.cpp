#include "backend/tls/chain_verifier.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "backend/tls/verification.hpp"

namespace sm::tls {
namespace {

using dane::ChainQuestion;
using dane::ChainVerdict;

Result<void> set_names(SSL* ssl, const ChainQuestion& question) {
  const auto refuse = [] {
    ERR_clear_error();
    return fail(ErrorKind::data, "tls.name", "a name of the host is none that a certificate can have");
  };
  if (question.base_domain.empty() || SSL_dane_enable(ssl, question.base_domain.c_str()) <= 0) return refuse();
  for (const std::string& name : question.further_names)
    if (name.empty() || SSL_add1_host(ssl, name.c_str()) != 1) return refuse();
  // "*.example.org" matches, "m*.example.org" never does (RFC 6125 §6.4.3, RFC 7672 §3.2.3).
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return {};
}

// Whether the engine takes any.
bool add_records(SSL* ssl, const ChainQuestion& question) {
  bool any = false;
  for (const dns::Tlsa& record : question.records) {
    if (question.profile == dane::Profile::smtp && record.usage < 2) continue;
    const int taken = SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching_type,
                                        reinterpret_cast<const unsigned char*>(record.data.data()), record.data.size());
    if (taken < 0) throw std::bad_alloc();
    any = any || taken > 0;
  }
  ERR_clear_error();
  return any;
}

// What matched. The engine hides it after a failure: that is put aside first, so this comes last.
void note_match(SSL* ssl, const ChainQuestion& question, ChainVerdict& verdict) {
  SSL_set_verify_result(ssl, X509_V_OK);
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t type = 0;
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  verdict.depth = SSL_get0_dane_authority(ssl, nullptr, nullptr);
  if (verdict.depth < 0 || SSL_get0_dane_tlsa(ssl, &usage, &selector, &type, &data, &size) < 0) return;
  const dns::Tlsa matched{usage, selector, type, {reinterpret_cast<const char*>(data), size}};
  const auto found = std::ranges::find(question.records, matched);
  if (found != question.records.end()) verdict.record = static_cast<std::size_t>(found - question.records.begin());
}

}  // namespace

struct ChainVerifier::State {
  Handle<SSL_CTX, SSL_CTX_free> context{SSL_CTX_new(TLS_client_method())};
};

ChainVerifier::ChainVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChainVerifier::ChainVerifier(ChainVerifier&&) noexcept = default;
ChainVerifier& ChainVerifier::operator=(ChainVerifier&&) noexcept = default;
ChainVerifier::~ChainVerifier() = default;

Result<ChainVerifier> ChainVerifier::make(std::span<const std::string> anchors) {
  auto state = std::make_unique<State>();
  must(state->context && SSL_CTX_dane_enable(state->context.get()) == 1);
  for (const std::string& der : anchors) {
    const Certificate anchor = SM_TRY(parse_certificate(der));
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(state->context.get()), anchor.get()) == 1);
  }
  return ChainVerifier(std::move(state));
}

Result<ChainVerdict> ChainVerifier::verify(const ChainQuestion& question) const {
  const Chain chain = SM_TRY(read_chain(question.chain));
  const Handle<SSL, SSL_free> ssl(SSL_new(state_->context.get()));
  must(ssl != nullptr);
  SSL_set_connect_state(ssl.get());
  SM_TRY(set_names(ssl.get(), question));
  if (!question.names_with_usage_3) SSL_dane_set_flags(ssl.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);

  ChainVerdict verdict;
  // Without a record the engine would fall back on the trust anchors.
  if (!add_records(ssl.get(), question)) return verdict;

  // What libssl does at the end of a handshake.
  const Handle<X509_STORE_CTX, X509_STORE_CTX_free> check(X509_STORE_CTX_new());
  must(check && X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(state_->context.get()),
                                    chain.owned.front().get(), chain.stack.get()) == 1);
  must(X509_STORE_CTX_set_default(check.get(), "ssl_server") == 1);
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(check.get());
  must(X509_VERIFY_PARAM_set1(parameters, SSL_get0_param(ssl.get())) == 1);
  X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(question.now.time_since_epoch().count()));
  X509_STORE_CTX_set0_dane(check.get(), SSL_get0_dane(ssl.get()));
  const bool holds = X509_verify_cert(check.get()) == 1;
  ERR_clear_error();

  verdict.code = X509_STORE_CTX_get_error(check.get());
  must(holds == (verdict.code == X509_V_OK));
  verdict.result = result_of(verdict.code);
  if (!holds) {
    verdict.failed_depth = X509_STORE_CTX_get_error_depth(check.get());
    verdict.reason = X509_verify_cert_error_string(verdict.code);
  }
  note_match(ssl.get(), question, verdict);
  if (holds && verdict.record && question.records[*verdict.record].usage != 3)
    verdict.valid_until = first_end(check.get(), verdict.depth);
  return verdict;
}

}  // namespace sm::tls
