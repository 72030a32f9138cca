#include "backend/rnp/rnp.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option sign_options[] = {
    {.name = "key",
     .kind = ValueKind::key_id,
     .value = "ID",
     .help = "sign with this key instead of the one of the From address"},
    {.name = "digest", .kind = ValueKind::choice, .value = "sha256|sha384|sha512", .help = "hash of the signature"},
    {.name = "no-protect-headers", .help = "leave the header fields out of what is signed"},
};

constexpr Option verify_options[] = {
    {.name = "annotate", .help = "write the message with the verdict in a field SM-Verdict"},
    {.name = "any-signer", .help = "a certificate that is bound to any address will do, not only to that of From"},
};

constexpr Command commands[] = {
    {.name = "sign",
     .help = "message on stdin, multipart/signed on stdout",
     .filter = true,
     .secrets = true,
     .max_arguments = 0,
     .options = sign_options,
     .run = sm::smsign::sign},
    {.name = "verify",
     .help = "message on stdin, the verdict on its signature on stdout",
     .max_arguments = 0,
     .options = verify_options,
     .run = sm::smsign::verify,
     .filter_flag = "annotate",
     .question = true},
};

constexpr sm::cli::Program program = {
    .name = "smsign", .help = "sign and verify mail (PGP/MIME)", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  sm::rnp::prepare_process();
  return sm::cli::run(program, argc, argv);
}
