// What the commands share: the vault at the URL, with what the user says of the server, and the keys here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"
#include "local_keys.hpp"
#include "vault/vault.hpp"
#include "web/web.hpp"

namespace sm::smvault {

struct Session {
  // The vault at the first argument. Errors: net.bad-url, smvault.url (usage); those of net::read_credentials() and
  // web::open().
  static Result<std::unique_ptr<Session>> open(cli::Context& context);

  // Which key in `versions`, or here, the user means. `in_full`, if given, is told whether the fingerprint was spelled
  // out. Errors: id.unknown (key), and smkey's.
  Result<Fingerprint> find(std::string_view id, const std::vector<vault::Version>& versions, bool* in_full = nullptr);
  // Prints the line, or with --json the document; nothing with --quiet.
  Result<void> report(std::string_view schema, const json::Value& document, const std::string& line);

  cli::Context& context;
  web::Web web;
  std::optional<net::Credentials> credentials;
  std::optional<vault::Vault> vault;
  LocalKeys keys;

 private:
  Session(cli::Context& of, web::Web client) : context(of), web(std::move(client)), keys(of) {}
};

// Keeps going: says what is wrong with one key or version while others are done, and ends with the worst of it.
class Failures {
 public:
  explicit Failures(cli::Context& context) : context_(context) {}
  void add(const std::string& subject, const Error& error);
  // 0 if there was none.
  Result<int> end() const;

 private:
  cli::Context& context_;
  std::size_t count_ = 0;
  std::optional<Error> worst_;
};

}  // namespace sm::smvault
