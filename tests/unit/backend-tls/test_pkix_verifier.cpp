#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backend/tls/dns_id.hpp"
#include "backend/tls/pkix_verifier.hpp"
#include "base/handle.hpp"

using namespace sm;
using dane::ChainResult;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds now{std::chrono::sys_days{std::chrono::year{2020} / 6 / 1}};

using Certificate = Handle<X509, X509_free>;
using PrivateKey = Handle<EVP_PKEY, EVP_PKEY_free>;

struct Form {
  std::string common_name = "somebody";
  std::string names;  // as OpenSSL's configuration has them; empty: none
  std::string constraints = "critical,CA:FALSE";
  std::string usage;  // extended; empty: any
  std::chrono::sys_seconds from = now - 24h;
  std::chrono::sys_seconds to = now + 24h;
};

void extend(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  REQUIRE(extension != nullptr);
  REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// `by` and `by_key` null: by itself.
Certificate issue(const Form& form, EVP_PKEY* key, const X509* by, EVP_PKEY* by_key) {
  static long serial = 0;
  Certificate certificate(X509_new());
  X509* const x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(form.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, by != nullptr ? X509_get_subject_name(by) : X509_get_subject_name(x));
  ASN1_TIME_set(X509_getm_notBefore(x), form.from.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(x), form.to.time_since_epoch().count());
  X509_set_pubkey(x, key);
  extend(x, NID_basic_constraints, form.constraints);
  extend(x, NID_ext_key_usage, form.usage);
  extend(x, NID_subject_alt_name, form.names);
  REQUIRE(X509_sign(x, by_key != nullptr ? by_key : key, EVP_sha256()) > 0);
  return certificate;
}

std::string der(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  REQUIRE(size > 0);
  std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return result;
}

// An authority, of which the file says that it is trusted, and what it issues directly or by one between.
struct Authority {
  Authority() {
    std::string name = (std::filesystem::temp_directory_path() / "smtools-pkix-XXXXXX").string();
    const int fd = mkstemp(name.data());
    REQUIRE(fd >= 0);
    path = name;
    FILE* const out = fdopen(fd, "w");
    REQUIRE(PEM_write_X509(out, root.get()) == 1);
    REQUIRE(fclose(out) == 0);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() { unlink(path.c_str()); }

  ChainResult verdict(const Form& form, const std::string& host) const {
    const auto result = ask(form, host);
    REQUIRE(result);
    return result->result;
  }
  Result<dane::ChainVerdict> ask(const Form& form, const std::string& host) const {
    const auto verifier = tls::PkixVerifier::make(path);
    REQUIRE(verifier);
    const Certificate leaf = issue(form, key.get(), between.get(), key.get());
    return verifier->verify({{der(leaf.get()), der(between.get())}, host, now});
  }

  PrivateKey key{EVP_EC_gen("P-256")};
  Certificate root{issue({.common_name = "root", .constraints = "critical,CA:TRUE"}, key.get(), nullptr, nullptr)};
  Certificate between{issue({.common_name = "between", .constraints = "critical,CA:TRUE", .to = now + 12h}, key.get(),
                            root.get(), key.get())};
  std::string path;
};

}  // namespace

TEST_CASE("pkix: a chain to an authority of the file, with the name among the DNS names, until its first end") {
  const Authority authority;
  const auto verdict = authority.ask({.names = "DNS:other.example,DNS:mx.example.org"}, "mx.example.org");
  REQUIRE(verdict);
  CHECK(verdict->result == ChainResult::match);
  CHECK(verdict->depth == 2);
  CHECK(verdict->valid_until == now + 12h);
  CHECK(verdict->code == 0);
}

TEST_CASE("pkix: names") {
  const Authority authority;
  const auto verdict = [&](const char* names, const char* host) {
    return authority.verdict({.common_name = "mx.example.org", .names = names}, host);
  };
  CHECK(verdict("DNS:MX.example.ORG", "mx.example.org") == ChainResult::match);
  CHECK(verdict("DNS:*.example.org", "mx.example.org") == ChainResult::match);
  CHECK(verdict("DNS:*.example.org", "example.org") == ChainResult::wrong_name);
  CHECK(verdict("DNS:*.example.org", "a.mx.example.org") == ChainResult::wrong_name);
  CHECK(verdict("DNS:m*.example.org", "mx.example.org") == ChainResult::wrong_name);
  CHECK(verdict("DNS:mx.example.org", "mx.example.net") == ChainResult::wrong_name);
  // RFC 8461 §4.1: a DNS-ID. Neither the common name nor another kind of name will do.
  CHECK(verdict("", "mx.example.org") == ChainResult::wrong_name);
  CHECK(verdict("email:postmaster@mx.example.org", "mx.example.org") == ChainResult::wrong_name);
  CHECK(verdict("URI:https://mx.example.org/", "mx.example.org") == ChainResult::wrong_name);
  CHECK(verdict("IP:192.0.2.1", "192.0.2.1") == ChainResult::wrong_name);
}

TEST_CASE("pkix: dates, and who signed") {
  const Authority authority;
  const std::string names = "DNS:mx.example.org";
  CHECK(authority.verdict({.names = names, .to = now - 1s}, "mx.example.org") == ChainResult::expired);
  CHECK(authority.verdict({.names = names, .from = now + 1s}, "mx.example.org") == ChainResult::not_yet_valid);
  CHECK(authority.verdict({.names = names, .usage = "serverAuth"}, "mx.example.org") == ChainResult::match);
  CHECK(authority.verdict({.names = names, .usage = "clientAuth"}, "mx.example.org") == ChainResult::untrusted);

  const auto verifier = tls::PkixVerifier::make(authority.path);
  REQUIRE(verifier);
  const PrivateKey key(EVP_EC_gen("P-256"));
  const auto verdict = [&](const std::vector<std::string>& chain) {
    return verifier->verify({chain, "mx.example.org", now})->result;
  };
  const Certificate self = issue({.names = names}, key.get(), nullptr, nullptr);
  CHECK(verdict({der(self.get())}) == ChainResult::untrusted);
  const Certificate leaf = issue({.names = names}, key.get(), authority.between.get(), authority.key.get());
  CHECK(verdict({der(leaf.get()), der(authority.between.get())}) == ChainResult::match);
  CHECK(verdict({der(leaf.get())}) == ChainResult::untrusted);  // what lies between was not sent
  const Certificate forged = issue({.names = names}, key.get(), authority.between.get(), key.get());
  CHECK(verdict({der(forged.get()), der(authority.between.get())}) == ChainResult::untrusted);
  // Who may not sign certificates.
  const Certificate below = issue({.names = names}, key.get(), leaf.get(), key.get());
  CHECK(verdict({der(below.get()), der(leaf.get()), der(authority.between.get())}) == ChainResult::untrusted);
  // A key of 512 bits is nobody's.
  const PrivateKey weak(EVP_RSA_gen(512));
  REQUIRE(weak);
  const Certificate short_key = issue({.names = names}, weak.get(), authority.between.get(), authority.key.get());
  CHECK(verdict({der(short_key.get()), der(authority.between.get())}) == ChainResult::untrusted);
}

TEST_CASE("pkix: what can't be asked") {
  const Authority authority;
  const std::string names = "DNS:mx.example.org";
  for (const char* host : {"", ".example.org"}) {
    CAPTURE(host);
    const auto verdict = authority.ask({.names = names}, host);
    REQUIRE(!verdict);
    CHECK(verdict.error().code == "tls.name");
  }
  CHECK(authority.ask({.names = names}, std::string("mx.example.org\0.evil.example", 28)).error().code == "tls.name");
  const auto verifier = tls::PkixVerifier::make(authority.path);
  REQUIRE(verifier);
  CHECK(verifier->verify({{}, "mx.example.org", now}).error().code == "tls.certificate");
  CHECK(verifier->verify({{"nonsense"}, "mx.example.org", now}).error().code == "tls.certificate");
  CHECK(tls::PkixVerifier::make("/nonexistent").error().code == "net.cafile");
  CHECK(tls::PkixVerifier::make("/dev/null").error().code == "net.cafile");
}

TEST_CASE("dns_id: the condition holds in a TLS connection, and a name that is none is refused") {
  const Handle<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  CHECK(!tls::by_dns_id(context.get(), ""));
  CHECK(!tls::by_dns_id(context.get(), ".example.org"));
  CHECK(!tls::by_dns_id(context.get(), std::string("a\0b", 3)));
  CHECK(ERR_peek_error() == 0);
  REQUIRE(tls::by_dns_id(context.get(), "mx.example.org"));
  X509_VERIFY_PARAM* const parameters = SSL_CTX_get0_param(context.get());
  CHECK(std::string(X509_VERIFY_PARAM_get0_host(parameters, 0)) == "mx.example.org");
  CHECK((X509_VERIFY_PARAM_get_hostflags(parameters) & X509_CHECK_FLAG_NEVER_CHECK_SUBJECT) != 0);
  CHECK((X509_VERIFY_PARAM_get_hostflags(parameters) & X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS) != 0);
}
