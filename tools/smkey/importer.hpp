// What becomes of keys that come into the store: `import` and `autocrypt import` take them in alike.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"
#include "openpgp/session.hpp"

namespace sm::smkey {

class Importer {
 public:
  explicit Importer(Session& session) : session_(session) {}

  // Everything that CertificateReader::read() finds in `bytes`. What is damaged is kept for report().
  Result<void> take(std::string_view bytes);
  Result<void> take_key(ImportedKey& key);
  // A named input that can't be opened: what report() fails with, unless something worse came.
  void unreadable(Error error);
  // Says that something was not taken, and why.
  void skip(std::string what, std::string why);

  // After the last input, since what they revoke may come in any of them.
  Result<void> apply_revocations();
  // After the last input: an address is bound if exactly one certificate, of all that came and all that is stored,
  // claims it; those of a secret key that came are bound to it. Only addresses that are free.
  Result<void> bind();
  // One line for each thing that came, as text or in JSON, there with `more` in each. Fails with what was
  // refused, else with what was damaged.
  Result<int> report(std::string_view schema, const json::Object& more = {});

 private:
  // What became of one thing in the input.
  struct Outcome {
    std::string what;    // fingerprint, or what identifies a thing that was skipped
    std::string result;  // new, updated, unchanged, skipped
    std::string detail;  // user ID, or why it was skipped
    bool secret = false;
  };

  Result<void> take_revocation(const StandAloneRevocation& revocation);

  Session& session_;
  std::vector<Outcome> outcomes_;
  std::vector<StandAloneRevocation> revocations_;
  std::map<std::string, Fingerprint> claims_;  // address → whose secret key came with it, or empty
  std::optional<Error> damaged_;
  std::optional<Error> unreadable_;
  std::optional<Error> refused_;  // a secret key that is another one than what is stored
};

}  // namespace sm::smkey
