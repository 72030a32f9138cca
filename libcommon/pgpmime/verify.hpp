// Verifying a message: every OpenPGP signature in it, what each covers, and one verdict on the whole.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "crypto/verdict.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// One set of signatures over the same bytes.
struct SignatureLayer {
  enum class Form { multipart_signed, openpgp_message };
  Form form = Form::multipart_signed;
  bool outermost = false;  // it covers the whole body of the message (or all that is inside its encryption)
  int part = 0;            // multipart_signed: the number of the multipart in order of appearance; 0 is the message
  Extent covered;          // bytes of the message (or of the decrypted entity) that the signatures cover
  std::vector<Signature> signatures;
  std::vector<JudgedSignature> judged;  // parallel
  std::string problem;                  // why its signatures could not be read, a code; empty if they could
};

struct MessageVerdict {
  Verdict verdict = Verdict::none;
  std::string from;  // the address that the verdict is about; empty if From does not name exactly one
  std::vector<SignatureLayer> layers;
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

// Both, for a message as it stands; what is encrypted in it is not opened.
Result<MessageVerdict> verify(Document& document, const mime::Outline& outline, Verifier& verifier,
                              const VerifyPolicy& policy);

}  // namespace sm::pgpmime
