// A certificate as the packets it is made of (RFC 9580 §10.1), so that what RNP does not know or would drop is kept:
// merging and cutting down are done on packets, and only the judgement of a signature is RNP's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/rnp/framing.hpp"
#include "base/result.hpp"

namespace sm::rnp {

struct SignaturePacket {
  std::string body;
  std::optional<SignatureInfo> info;  // if it can be parsed
};

// A primary key, user ID, user attribute, subkey or unknown packet, and the signatures behind it.
struct Component {
  int tag = 0;
  std::string body;
  std::vector<SignaturePacket> signatures;
};

struct Certificate {
  Fingerprint fingerprint;
  std::vector<Component> components;  // the first is the primary key

  // Public or secret, whole packets only, beginning with a primary key of version 4: else crypto.bad-certificate
  // (data). Trust packets are left out (§5.10: never exported), marker and padding packets too.
  static Result<Certificate> parse(std::string_view bytes);
  std::string bytes() const;
  // The union: components and signatures of `other` that are not here are appended in their places. Precondition: the
  // same fingerprint.
  void merge(const Certificate& other);
};

// Adds it unless it is there, other unhashed subpackets notwithstanding.
void add_signature(Component& component, const SignaturePacket& signature);

Unexpected bad_certificate();

}  // namespace sm::rnp
