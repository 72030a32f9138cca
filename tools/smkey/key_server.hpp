// The validating key server, by one smvks that answers one question after the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/child.hpp"
#include "cli/context.hpp"

namespace sm::smkey {

class KeyServer {
 public:
  // Runs `smvks get - --json` with the network options and --server of `context`. Error: cli.child (temporary).
  static Result<KeyServer> open(cli::Context& context);

  // The certificate for an address or a fingerprint, armored as it came; nullopt: the server has none. Errors:
  // vks.later (temporary): the server wants to be left in peace for a while; vks.failed, of the kind that smvks says;
  // vks.ended (temporary): smvks has ended, and can't be asked any more.
  Result<std::optional<std::string>> ask(const std::string& query);

 private:
  explicit KeyServer(cli::Child child) : child_(std::move(child)) {}
  Result<std::string> read_line();
  Unexpected ended();

  cli::Child child_;
  std::string answers_;      // that came and were not read yet
  std::string diagnostics_;  // of smvks, the first of them
};

}  // namespace sm::smkey
