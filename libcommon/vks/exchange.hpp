// Uploading to a validating key server and asking it to verify addresses: the JSON that goes and comes.
//
// An upload is answered with the state of each address in the certificate, and with a token, by which the next request
// names it. The server sends a mail to each address that the token is used for; who follows the link in it has proved
// that the address is theirs, and the server hands out that user ID from then on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/key.hpp"

namespace sm::vks {

enum class AddressStatus {
  unpublished,  // nobody has proved it, nor has been asked to
  pending,      // a mail is on its way
  published,    // its user ID is handed out
  revoked,      // its user ID is revoked
};
std::string_view name_of(AddressStatus status);

struct AddressState {
  std::string address;  // as the server writes it
  AddressStatus status = AddressStatus::unpublished;
  bool operator==(const AddressState&) const = default;
};

struct Receipt {
  Fingerprint fingerprint;
  std::string token;                    // opaque; whoever has it may ask for mails to these addresses
  std::vector<AddressState> addresses;  // by address
};

inline constexpr std::size_t max_receipt = 256 * 1024;  // bytes
inline constexpr std::size_t max_addresses = 1000;      // in a receipt or a request
inline constexpr std::size_t max_token = 16 * 1024;     // bytes

std::string upload_request(std::string_view keytext);
// No "locale" is sent: it would say something of the user.
std::string verify_request(std::string_view token, const std::vector<std::string>& addresses);

// The answer to either, for the certificate `fingerprint`. Errors, all of kind data: vks.receipt: not what the API
// says, or over a limit; vks.other-certificate: about another one.
Result<Receipt> read_receipt(std::string_view body, const Fingerprint& fingerprint);

// What the server says of why not, in the body of an answer that is no success; empty if it says nothing that can be
// read. At most 200 bytes; untrusted.
std::string read_complaint(std::string_view body);

}  // namespace sm::vks
