// Hidden recipients: a PKESK whose key ID is zero, a "speculative" one that names nobody (RFC 9580 §5.1.1). RNP writes
// none, but nothing in a version 3 PKESK depends on the key ID, so that it can be taken out afterwards.
#pragma once

#include <set>
#include <string>

#include "io/stream.hpp"

namespace sm::rnp {

// Passes on an OpenPGP message; key IDs of `hidden` (16 upper-case hexadecimal digits) in the PKESK packets that it
// begins with become zeros. crypto.encrypt (bug) if these packets are not what RNP writes.
class HidingSink final : public Sink {
 public:
  HidingSink(Sink& to, std::set<std::string> hidden) : to_(to), hidden_(std::move(hidden)), passing_(hidden_.empty()) {}
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override { return to_.finish(); }

 private:
  Sink& to_;
  std::set<std::string> hidden_;
  std::string held_;  // the beginning of a packet
  bool passing_;      // no packet follows that could be changed
};

}  // namespace sm::rnp
