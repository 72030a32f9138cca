// The keys of this device, by running smkey: nothing here knows how they are stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "vault/exchange.hpp"

namespace sm::smvault {

class LocalKeys final : public vault::Keys {
 public:
  // smkey is the one beside this program, or else the first in PATH.
  explicit LocalKeys(const cli::Context& context);

  // Errors of all: what smkey says, with its code, and its status for the kind; cli.child; smvault.smkey (bug): an
  // answer that can't be read.

  // Whose secret keys are stored here.
  Result<std::vector<Fingerprint>> list();
  // Which certificate is meant; nullopt: none here.
  Result<std::optional<Fingerprint>> find(std::string_view id);
  Result<std::optional<Secret>> read(const Fingerprint& fingerprint) override;
  Result<void> merge(const Fingerprint& fingerprint, std::string_view bytes, bool bind) override;

 private:
  // What it writes to stdout, if its status is 0; nullopt: 2.
  Result<std::optional<Secret>> run(const std::vector<std::string>& words, std::string_view input = {});

  std::vector<std::string> command_;
};

}  // namespace sm::smvault
