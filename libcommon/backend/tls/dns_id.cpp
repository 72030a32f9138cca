#include "backend/tls/dns_id.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace sm::tls {

bool by_dns_id(void* context, const std::string& host) {
  X509_VERIFY_PARAM* const parameters = SSL_CTX_get0_param(static_cast<SSL_CTX*>(context));
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // An empty name would be no condition at all, and one with a dot in front every name below.
  const bool done =
      !host.empty() && host.front() != '.' && X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1;
  ERR_clear_error();
  return done;
}

}  // namespace sm::tls
