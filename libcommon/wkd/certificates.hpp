// What a directory answers: the certificates of one address, one behind the other, in binary.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ports.hpp"
#include "wkd/address.hpp"

namespace sm::wkd {

// More than these are not looked at: a server can put as much into an answer as it likes.
inline constexpr std::size_t max_certificates = 64;             // of the address
inline constexpr std::size_t max_certificate_packets = 10'000;  // in one of them, without other user IDs

struct Found {
  std::string certificate;  // binary, without other user IDs
  CertificateInfo info;
  bool usable = false;  // to encrypt to, now
};

struct Reading {
  std::vector<Found> certificates;  // those that can be used first, otherwise in the order of the answer
  std::size_t all = 0;              // certificates in the answer
  std::size_t without_address = 0;  // refused: no user ID of the address, or none that is valid
  std::size_t damaged = 0;          // or of a kind that can't be read
  std::size_t passed_over = 0;      // of the address, past the limits
  std::size_t other_user_ids = 0;   // left out of `certificates`
  bool whole = true;                // false: it ends amid a packet, or has one that is no certificate's
};

// Errors: wkd.armored, wkd.no-certificate (data): it is in ASCII armor; there is no certificate in it at all.
Result<Reading> read_answer(CertificateReader& reader, std::string_view answer, const Address& address,
                            dns::ToAscii to_ascii, std::int64_t now);

// Whether this user ID is of the address: its local part in ASCII lower case, its domain in A-labels.
bool is_user_id_of(std::string_view user_id, const Address& address, dns::ToAscii to_ascii);

}  // namespace sm::wkd
