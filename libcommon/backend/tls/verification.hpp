// What ChainVerifier and PkixVerifier have in common. Seen by this folder only.
#pragma once

#include <openssl/x509_vfy.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "backend/tls/x509.hpp"
#include "dane/chain.hpp"

namespace sm::tls {

// For calls that don't fail for what they are given, unless memory is short or the library is not whole: throws.
void must(bool done);

inline void free_stack(stack_st_X509* stack) {
  sk_X509_free(stack);
}

// Certificates that a chain is built from; the stack does not own them.
struct Chain {
  std::vector<Certificate> owned;
  Handle<stack_st_X509, free_stack> stack{sk_X509_new_null()};
};

// Errors: tls.certificate (data), also of none.
Result<Chain> read_chain(const std::vector<std::string>& encoded);

// Of X509_V_ERR_….
dane::ChainResult result_of(int code);

// The earliest end of what was built, up to `depth`; the bare key of a "2 1 0" record is no certificate there.
std::optional<std::chrono::sys_seconds> first_end(X509_STORE_CTX* check, int depth);

}  // namespace sm::tls
