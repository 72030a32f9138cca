#include "session.hpp"

#include <algorithm>
#include <utility>

#include "backend/expat/multistatus.hpp"
#include "cli/exit.hpp"
#include "json/line.hpp"
#include "net/credentials.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::smvault {
namespace {

Result<net::Url> vault_url(std::string_view text) {
  auto url = SM_TRY(web::parse_url(text));
  if (url.scheme != "https") {
    return fail(ErrorKind::usage, "smvault.url", "http:// would show the password and the keys to the network",
                "use https://");
  }
  if (!url.query.empty()) return fail(ErrorKind::usage, "smvault.url", "a vault's URL has no query");
  return url;
}

Result<std::optional<net::Credentials>> credentials_for(const cli::Context& context, const net::Url& url) {
  if (const auto file = context.value("credentials")) {
    auto found = SM_TRY(net::read_credentials(*file, url, false));
    if (!found) return fail(ErrorKind::config, "net.credentials", *file + " has no user and password for " + url.host);
    return found;
  }
  const auto home = context.home();
  if (!home) return std::optional<net::Credentials>();
  return net::read_credentials(*home + "/.netrc", url, true);
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(cli::Context& context) {
  const net::Url url = SM_TRY(vault_url(context.arguments().front()));
  auto credentials = SM_TRY(credentials_for(context, url));
  web::Web web = SM_TRY(web::open(context));
  std::unique_ptr<Session> session(new Session(context, std::move(web)));
  session->credentials = std::move(credentials);
  session->vault.emplace(webdav::Collection(
      *session->web.client, url, session->credentials ? &*session->credentials : nullptr, expat::read_multistatus));
  return session;
}

Result<Fingerprint> Session::find(std::string_view id, const std::vector<vault::Version>& versions, bool* in_full) {
  constexpr std::size_t fingerprint_digits = 40;
  constexpr std::size_t key_id_digits = 16;
  const std::string digits = hex_digits(id);
  if (in_full) *in_full = digits.size() == fingerprint_digits;
  if (auto here = SM_TRY(keys.find(id))) return *std::move(here);
  if (digits.size() == fingerprint_digits) return digits;
  if (digits.size() == key_id_digits) {
    const auto found = std::ranges::find_if(
        versions, [&](const vault::Version& version) { return version.fingerprint.ends_with(digits); });
    if (found != versions.end()) return found->fingerprint;
  }
  return fail(ErrorKind::key, "id.unknown", "there is no " + std::string(id) + ", neither here nor in the vault",
              "a key that is not here is named by its fingerprint, as smvault list shows it");
}

Result<void> Session::report(std::string_view schema, const json::Value& document, const std::string& line) {
  if (context.quiet()) return {};
  return context.print(context.json() ? json_line(schema, document) : line + '\n');
}

void Failures::add(const std::string& subject, const Error& error) {
  ++count_;
  const bool worse = !worst_ || cli::combined_status(cli::exit_status(worst_->kind), cli::exit_status(error.kind)) !=
                                    cli::exit_status(worst_->kind);
  Error full = error;
  full.message = subject + ": " + full.message;
  if (count_ > 1) context_.warn(worse ? worst_->message : full.message);
  if (worse) worst_ = std::move(full);
}

Result<int> Failures::end() const {
  if (worst_) return Unexpected{*worst_};
  return 0;
}

}  // namespace sm::smvault
