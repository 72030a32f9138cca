#include "backend/rnp/rnp.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option encrypt_options[] = {
    {.name = "to",
     .kind = ValueKind::address,
     .value = "ADDR",
     .help = "encrypt to this address or fingerprint",
     .repeat = true},
    {.name = "to-headers", .help = "encrypt to every address in To, Cc and Bcc"},
    {.name = "encrypt-to",
     .kind = ValueKind::key_id,
     .value = "ID",
     .help = "encrypt to this one as well, as for oneself",
     .repeat = true},
    {.name = "sign", .help = "sign inside the encryption"},
    {.name = "key",
     .kind = ValueKind::key_id,
     .value = "ID",
     .help = "sign with this key instead of the one of the From address"},
    {.name = "missing-key",
     .kind = ValueKind::choice,
     .value = "fail|defer|pass",
     .help = "what becomes of the message when a recipient has no usable key"},
    {.name = "lookup", .help = "search the network for recipients of whom nothing is known"},
    {.name = "server",
     .kind = ValueKind::address,
     .value = "URL",
     .help = "the key server of --lookup; default https://keys.openpgp.org"},
    {.name = "hidden", .help = "name no recipient by a key ID, as is done for those whom no field shows"},
    {.name = "at-rest", .help = "mail that has arrived: all of it, to come back byte for byte"},
    {.name = "keep-bcc", .help = "leave Bcc in the header, for sendmail -t, which removes it"},
    {.name = "no-protect-headers", .help = "leave the header fields out of what is encrypted"},
};

constexpr Option decrypt_options[] = {
    {.name = "annotate", .help = "write the verdict on what was inside into a field SM-Verdict"},
    {.name = "keep", .help = "pass a message that can't be decrypted unchanged"},
    {.name = "max-message",
     .kind = ValueKind::size,
     .value = "SIZE",
     .help = "largest message that may come out (default 1G)"},
};

constexpr Option maildir_options[] = {
    {.name = "to",
     .kind = ValueKind::address,
     .value = "ADDR",
     .help = "encrypt to this address or fingerprint",
     .repeat = true},
    {.name = "decrypt", .help = "turn what was encrypted by this command, or at rest, into what it was"},
    {.name = "jobs", .kind = ValueKind::number, .value = "N", .help = "messages at a time (default: processors)"},
    {.name = "keep-names", .help = "leave S= and W= in the names of the files as they are"},
    {.name = "no-protect-headers", .help = "leave the Subject readable"},
    {.name = "max-message",
     .kind = ValueKind::size,
     .value = "SIZE",
     .help = "largest message that may come out (default 1G)"},
};

constexpr Command commands[] = {
    {.name = "encrypt",
     .help = "message on stdin, multipart/encrypted on stdout",
     .filter = true,
     .secrets = true,
     .max_arguments = 0,
     .options = encrypt_options,
     .run = sm::smcrypt::encrypt,
     .network = true},
    {.name = "decrypt",
     .help = "encrypted message on stdin, plain message on stdout",
     .filter = true,
     .secrets = true,
     .max_arguments = 0,
     .options = decrypt_options,
     .run = sm::smcrypt::decrypt},
    {.name = "maildir",
     .arguments = "DIR",
     .help = "encrypt or decrypt the messages of a Maildir in place",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = maildir_options,
     .run = sm::smcrypt::convert_maildir,
     .argument_kind = ValueKind::directory},
};

constexpr sm::cli::Program program = {
    .name = "smcrypt", .help = "encrypt and decrypt mail (PGP/MIME)", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  sm::rnp::prepare_process();
  return sm::cli::run(program, argc, argv);
}
