#include "backend/tls/x509.hpp"

#include <openssl/err.h>

#include <new>

namespace sm::tls {

Result<Certificate> parse_certificate(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate && at == end) return certificate;
  ERR_clear_error();
  return fail(ErrorKind::data, "tls.certificate", "a certificate can't be read");
}

std::string to_der(const X509& certificate) {
  std::string der;
  const int size = i2d_X509(&certificate, nullptr);
  if (size < 0) throw std::bad_alloc();
  der.resize(static_cast<std::size_t>(size));
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  if (i2d_X509(&certificate, &at) != size) throw std::bad_alloc();
  return der;
}

}  // namespace sm::tls
