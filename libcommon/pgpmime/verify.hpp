// Verifying a message: every OpenPGP signature in it, what each covers, and one verdict on the whole.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "crypto/verdict.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// One set of signatures over the same bytes.
struct SignatureLayer {
  enum class Form {
    multipart_signed,  // RFC 3156 §5
    openpgp_message,   // in the OpenPGP message that was decrypted
    cleartext,         // text with a signature behind it (RFC 9580 §7)
    inline_message,    // an OpenPGP message in armor that is signed and not encrypted
    detached,          // of a part, in the attachment beside it
  };
  Form form = Form::multipart_signed;
  bool outermost = false;  // it covers the whole body of the message (or all that is inside its encryption)
  int part = 0;            // the multipart, or the part that is signed, in order of appearance; 0 is the message
  // Bytes of the message (or of the decrypted entity) that the signatures cover; of text in a transfer encoding all of
  // the part's body.
  Extent covered;
  // In a message that is forwarded in this one, its address of From, which is then judged instead; empty if that names
  // not exactly one.
  std::optional<std::string> forwarded_from;
  std::vector<Signature> signatures;
  std::vector<JudgedSignature> judged;  // parallel
  std::string problem;                  // why its signatures could not be read, a code; empty if they could
};

// What is wrong with the message is a problem of the layer, and false; everything else fails.
template <class T>
Result<bool> take_into(SignatureLayer& layer, Result<T> result, T& into) {
  if (result) {
    into = std::move(*result);
    return true;
  }
  if (result.error().kind != ErrorKind::data) return Unexpected{std::move(result).error()};
  layer.problem = result.error().code;
  return false;
}

// The signatures of an OpenPGP message that was decrypted.
SignatureLayer message_layer(const Decryption& decryption, Extent covered, bool outermost);

// What the payload says of the message's header (RFC 9788), where a signature or an encryption covers all of it.
struct HeaderState {
  std::string mark;                  // "clear", "cipher", "v1" for the older draft's; empty if nothing is protected
  bool from_differs = false;         // the From inside is not the one outside (§4.4)
  std::vector<std::string> altered;  // names of fields that say something else outside, in lower case
};

struct MessageVerdict {
  Verdict verdict = Verdict::none;
  std::string from;  // the address that the verdict is about; empty if From does not name exactly one
  std::vector<SignatureLayer> layers;
  HeaderState header;
};

// How signatures are judged.
struct VerifyPolicy {
  bool any_signer = false;
  std::int64_t now = 0;
  BindingLookup binding;
};

// The signatures that `outline` shows in `document`, verified. At most 100 layers; a message with more is `error`.
Result<std::vector<SignatureLayer>> verify_layers(Document& document, const mime::Outline& outline, Verifier& verifier);

// The verdict of the contract over `layers` ("Verdict of a message"), filling their `judged`. `from`: from_address() of
// the message's own header.
Result<MessageVerdict> judge_layers(std::vector<SignatureLayer> layers, std::string from, const VerifyPolicy& policy);

// judge_layers() for a message of the header `outer` whose body is all of the entity `outline` of `document` (it may be
// the message itself); with what the payload says of the header. A signature that is good for the From outside is a
// mismatch if the payload names another, unless any signer will do.
Result<MessageVerdict> judge_message(std::vector<SignatureLayer> layers, const mime::Header& outer, Document& document,
                                     const mime::Outline& outline, const VerifyPolicy& policy);

// Both, for a message as it stands; what is encrypted in it is not opened.
Result<MessageVerdict> verify(Document& document, const mime::Outline& outline, Verifier& verifier,
                              const VerifyPolicy& policy);

}  // namespace sm::pgpmime
