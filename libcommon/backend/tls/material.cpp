#include "backend/tls/material.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <limits>
#include <new>

#include "backend/tls/certificates.hpp"
#include "backend/tls/x509.hpp"
#include "base/handle.hpp"

namespace sm::tls {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Bio = Handle<BIO, BIO_free>;

constexpr char der_sequence = 0x30;  // the first octet of whatever is DER here, and "0" of a text in front of PEM

bool is_der(std::string_view file) {
  return file.starts_with(der_sequence) && file.find("-----BEGIN ") == std::string_view::npos;
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Bio source_of(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return {};
  Bio source(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!source) throw std::bad_alloc();
  return source;
}

// Instead of asking the terminal.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string info_of(EVP_PKEY* key) {
  std::string der;
  const int size = i2d_PUBKEY(key, nullptr);
  if (size < 0) return der;
  der.resize(static_cast<std::size_t>(size));
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  if (i2d_PUBKEY(key, &at) != size) der.clear();
  return der;
}

Key parse_key(std::string_view file, bool& is_protected) {
  if (is_der(file)) {
    const unsigned char* at = octets(file);
    if (Key key{d2i_PUBKEY(nullptr, &at, static_cast<long>(file.size()))}) return key;
    at = octets(file);
    if (Key key{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(file.size()))}) return key;
    at = octets(file);
    is_protected =
        Handle<X509_SIG, X509_SIG_free>(d2i_X509_SIG(nullptr, &at, static_cast<long>(file.size()))) != nullptr;
    return {};
  }
  const Bio secret = source_of(file);
  if (Key key{PEM_read_bio_PrivateKey(secret.get(), nullptr, no_passphrase, &is_protected)}) return key;
  const Bio open = source_of(file);
  return Key(PEM_read_bio_PUBKEY(open.get(), nullptr, no_passphrase, &is_protected));
}

// The key's octets as they stand in the certificate, which is what others digest.
Result<std::string> info_in(const X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  if (size <= 0) return fail(ErrorKind::data, "tls.certificate", "a certificate's key can't be read");
  std::string info(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return info;
}

}  // namespace

Result<dane::Material> read_material(std::string_view der) {
  const Certificate certificate = SM_TRY(parse_certificate(der));
  std::string key = SM_TRY(info_in(*certificate));
  return dane::Material{.certificate = std::string(der), .key = std::move(key)};
}

Result<std::vector<dane::Material>> read_chain(std::string_view file) {
  std::vector<dane::Material> chain;
  if (is_der(file)) {
    chain.push_back(SM_TRY(read_material(file)));
    return chain;
  }
  for (const std::string& der : SM_TRY(read_certificates(file))) chain.push_back(SM_TRY(read_material(der)));
  return chain;
}

Result<dane::Material> read_key(std::string_view file) {
  bool is_protected = false;
  const Key key = parse_key(file, is_protected);
  ERR_clear_error();
  if (is_protected)
    return fail(ErrorKind::key, "tls.key-protected", "the key has a passphrase",
                "its public half will do: openssl pkey -in FILE -pubout");
  const std::string info = key ? info_of(key.get()) : std::string();
  if (info.empty()) return fail(ErrorKind::data, "tls.key", "there is no key in the file");
  return dane::Material{.certificate = {}, .key = info};
}

Result<dane::Material> read_request(std::string_view file) {
  const auto refuse = [](const char* why) {
    ERR_clear_error();
    return fail(ErrorKind::data, "tls.request", why);
  };
  Handle<X509_REQ, X509_REQ_free> request;
  if (is_der(file)) {
    const unsigned char* at = octets(file);
    request.reset(d2i_X509_REQ(nullptr, &at, static_cast<long>(file.size())));
  } else {
    bool is_protected = false;
    const Bio source = source_of(file);
    request.reset(PEM_read_bio_X509_REQ(source.get(), nullptr, no_passphrase, &is_protected));
  }
  if (!request) return refuse("there is no certificate request in the file");
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  if (!key || X509_REQ_verify(request.get(), key) != 1)
    return refuse("the certificate request is not signed by its own key");
  return dane::Material{.certificate = {}, .key = info_of(key)};
}

Result<dns::Tlsa> make_record(const dane::RecordForm& form, const dane::Material& material) {
  dns::Tlsa record{.usage = form.usage, .selector = form.selector, .matching_type = form.matching_type, .data = {}};
  if (form.selector > 1 || form.matching_type > 2)
    return fail(ErrorKind::usage, "dane.bad-form", "there is no such selector or matching type");
  const std::string& whole = form.selector == 0 ? material.certificate : material.key;
  if (whole.empty())
    return fail(ErrorKind::usage, "dane.no-certificate", "selector 0 is the whole certificate, and there is only a key",
                "use selector 1, or give the certificate");
  if (form.matching_type == 0) {
    record.data = whole;
    return record;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(whole.data(), whole.size(), digest.data(), &size,
                 form.matching_type == 1 ? EVP_sha256() : EVP_sha512(), nullptr) != 1)
    throw std::bad_alloc();
  record.data.assign(reinterpret_cast<char*>(digest.data()), size);
  return record;
}

}  // namespace sm::tls
