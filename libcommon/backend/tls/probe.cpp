#include "backend/tls/probe.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <list>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "backend/tls/connection.hpp"

namespace sm::tls {
namespace {

using Context = Handle<SSL_CTX, SSL_CTX_free>;

// The suites of TLS 1.2 and the signatures of TLS 1.3 that leave a server but one kind of certificate.
struct KeyChoice {
  const char* ciphers;
  const char* signatures;  // nullptr: libssl's own
};

KeyChoice choice_of(net::KeyType key) {
  switch (key) {
    case net::KeyType::ecdsa:
      return {"aECDSA:!eNULL:!PSK:@SECLEVEL=0", "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:ECDSA+SHA1"};
    case net::KeyType::rsa:
      return {"aRSA:!eNULL:!PSK:!SRP:@SECLEVEL=0",
              "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:"
              "rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA1"};
    case net::KeyType::any:
      break;
  }
  return {"ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0", nullptr};
}

Context make_context(net::KeyType key) {
  Context context(SSL_CTX_new(TLS_client_method()));
  const KeyChoice choice = choice_of(key);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), choice.ciphers) != 1 ||
      (choice.signatures && SSL_CTX_set1_sigalgs_list(context.get(), choice.signatures) != 1))
    throw std::runtime_error("libssl fails");
  // Shown, whatever it is.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

class Probe final : public net::SmtpProbe {
 public:
  explicit Probe(ProbeSettings settings) : settings_(std::move(settings)) {}

  void ask(net::ProbeTarget target, Callback done) override {
    Context& context = contexts_[target.key];
    if (!context) context = make_context(target.key);
    connections_.emplace_back(settings_, *context, std::move(target), std::move(done), Clock::now());
  }

  std::size_t open() const override { return connections_.size(); }

  void add_descriptors(std::vector<pollfd>& polled) override {
    for (const Connection& connection : connections_)
      if (!connection.is_over()) polled.push_back({connection.descriptor(), connection.events(), 0});
  }

  int timeout() const override {
    if (connections_.empty()) return -1;
    auto next = Connection::Time::max();
    for (const Connection& connection : connections_) {
      if (connection.is_over()) return 0;
      next = std::min(next, connection.deadline());
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  void process(std::span<const pollfd> polled) override {
    std::map<int, short> ready;
    for (const pollfd& entry : polled)
      if (entry.revents != 0) ready[entry.fd] = entry.revents;
    const auto now = Clock::now();
    std::list<Connection> over;
    for (auto at = connections_.begin(); at != connections_.end();) {
      const auto here = at++;
      if (!here->is_over()) {
        if (const auto found = ready.find(here->descriptor()); found != ready.end()) here->on_ready(found->second, now);
        if (!here->is_over() && here->deadline() <= now) here->on_deadline(now);
      }
      if (here->is_over()) over.splice(over.end(), connections_, here);
    }
    // Callbacks last: they may ask again, and what they open may get the number of a descriptor that was closed here.
    for (Connection& connection : over) connection.deliver();
  }

 private:
  using Clock = std::chrono::steady_clock;

  const ProbeSettings settings_;
  std::map<net::KeyType, Context> contexts_;
  std::list<Connection> connections_;
};

}  // namespace

std::unique_ptr<net::SmtpProbe> make_probe(ProbeSettings settings) {
  return std::make_unique<Probe>(std::move(settings));
}

}  // namespace sm::tls
