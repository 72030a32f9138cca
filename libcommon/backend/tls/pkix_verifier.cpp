#include "backend/tls/pkix_verifier.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <utility>

#include "backend/tls/verification.hpp"

namespace sm::tls {
namespace {

// What libcurl is built with on Debian, and ca-certificates makes.
constexpr const char* system_bundle = "/etc/ssl/certs/ca-certificates.crt";
constexpr int security_level = 1;  // libssl's own: no keys of less than 80 bits

}  // namespace

struct PkixVerifier::State {
  Handle<X509_STORE, X509_STORE_free> store{X509_STORE_new()};
};

PkixVerifier::PkixVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
PkixVerifier::PkixVerifier(PkixVerifier&&) noexcept = default;
PkixVerifier& PkixVerifier::operator=(PkixVerifier&&) noexcept = default;
PkixVerifier::~PkixVerifier() = default;

Result<PkixVerifier> PkixVerifier::make(const std::string& ca_file) {
  auto state = std::make_unique<State>();
  X509_STORE* const store = state->store.get();
  must(store != nullptr);
  if (!ca_file.empty()) {
    const bool loaded = X509_STORE_load_file(store, ca_file.c_str()) == 1;
    ERR_clear_error();
    if (!loaded)
      return fail(ErrorKind::no_input, "net.cafile", ca_file + ": no certificate authorities can be read there");
    return PkixVerifier(std::move(state));
  }
  const bool bundle = X509_STORE_load_file(store, system_bundle) == 1;
  const char* const folder = X509_get_default_cert_dir();
  const bool has_folder = access(folder, R_OK) == 0 && X509_STORE_load_path(store, folder) == 1;
  ERR_clear_error();
  if (!bundle && !has_folder)
    return fail(ErrorKind::config, "tls.no-authorities", "the system has no certificate authorities",
                "install ca-certificates, or name a file: --cafile");
  return PkixVerifier(std::move(state));
}

Result<dane::ChainVerdict> PkixVerifier::verify(const dane::PkixQuestion& question) const {
  const Chain chain = SM_TRY(read_chain(question.chain));
  const Handle<X509_STORE_CTX, X509_STORE_CTX_free> check(X509_STORE_CTX_new());
  must(check &&
       X509_STORE_CTX_init(check.get(), state_->store.get(), chain.owned.front().get(), chain.stack.get()) == 1);
  must(X509_STORE_CTX_set_default(check.get(), "ssl_server") == 1);
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(check.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(question.now.time_since_epoch().count()));
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // To OpenSSL a dot in front means every name below.
  if (question.host.empty() || question.host.front() == '.' ||
      X509_VERIFY_PARAM_set1_host(parameters, question.host.c_str(), question.host.size()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::data, "tls.name", "the host's name is none that a certificate can have");
  }
  const bool holds = X509_verify_cert(check.get()) == 1;
  ERR_clear_error();

  dane::ChainVerdict verdict;
  verdict.code = X509_STORE_CTX_get_error(check.get());
  must(holds == (verdict.code == X509_V_OK));
  verdict.result = result_of(verdict.code);
  if (holds) {
    verdict.depth = sk_X509_num(X509_STORE_CTX_get0_chain(check.get())) - 1;
    verdict.valid_until = first_end(check.get(), verdict.depth);
  } else {
    verdict.failed_depth = X509_STORE_CTX_get_error_depth(check.get());
    verdict.reason = X509_verify_cert_error_string(verdict.code);
  }
  return verdict;
}

}  // namespace sm::tls
