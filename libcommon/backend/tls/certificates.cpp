#include "backend/tls/certificates.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <limits>
#include <new>

#include "backend/tls/x509.hpp"

namespace sm::tls {

Result<std::vector<std::string>> read_certificates(std::string_view pem) {
  const auto refuse = [](std::string message) { return fail(ErrorKind::data, "tls.certificate", std::move(message)); };
  if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return refuse("the file is too long");
  const Handle<BIO, BIO_free> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!source) throw std::bad_alloc();
  std::vector<std::string> result;
  // No callback for a passphrase asks the terminal: none is ever encrypted.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  while (const Certificate certificate{PEM_read_bio_X509(source.get(), nullptr, no_passphrase, nullptr)})
    result.push_back(to_der(*certificate));
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
    return refuse("a certificate in the file can't be read");
  if (result.empty()) return refuse("there is no certificate in the file");
  return result;
}

bool full_data_parses(const dns::Tlsa& record) {
  bool parses = false;
  if (record.selector == 0) {
    const auto certificate = parse_certificate(record.data);
    parses = certificate && X509_get0_pubkey(certificate->get()) != nullptr;
  } else {
    const auto* at = reinterpret_cast<const unsigned char*>(record.data.data());
    const unsigned char* const end = at + record.data.size();
    const Handle<EVP_PKEY, EVP_PKEY_free> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(record.data.size())));
    parses = key && at == end;
  }
  ERR_clear_error();
  return parses;
}

}  // namespace sm::tls
