#include "backend/tls/certificates.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <limits>
#include <new>

#include "backend/tls/x509.hpp"

namespace sm::tls {

namespace {

std::string text_of(const X509_NAME* name) {
  const Handle<BIO, BIO_free> sink(BIO_new(BIO_s_mem()));
  if (!sink) throw std::bad_alloc();
  X509_NAME_print_ex(sink.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(sink.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::vector<std::string> dns_names(const X509& certificate) {
  const Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> result;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* const text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    result.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return result;
}

std::string key_of(const X509& certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(&certificate);
  if (!key) return {};
  const char* const name = EVP_PKEY_get0_type_name(key);
  return std::string(name ? name : "unknown") + " " + std::to_string(EVP_PKEY_get_bits(key));
}

}  // namespace

std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm broken{};
  if (!time || ASN1_TIME_to_tm(time, &broken) != 1) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&broken)));
}

Result<dane::CertificateFacts> read_facts(std::string_view der) {
  const Certificate certificate = SM_TRY(parse_certificate(der));
  dane::CertificateFacts facts;
  facts.subject = text_of(X509_get_subject_name(certificate.get()));
  facts.issuer = text_of(X509_get_issuer_name(certificate.get()));
  facts.names = dns_names(*certificate);
  facts.key = key_of(*certificate);
  const auto begin = time_of(X509_get0_notBefore(certificate.get()));
  const auto end = time_of(X509_get0_notAfter(certificate.get()));
  ERR_clear_error();
  if (!begin || !end) return fail(ErrorKind::data, "tls.certificate", "a certificate's dates can't be read");
  facts.not_before = *begin;
  facts.not_after = *end;
  return facts;
}

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
