#include "backend/rnp/rnp.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option generate_options[] = {
    {.name = "algo",
     .kind = ValueKind::choice,
     .value = "ed25519|rsa3072|rsa4096|nistp256|nistp384|nistp521",
     .help = "algorithm of both keys (default ed25519, with Curve25519 to encrypt)"},
    {.name = "expires", .kind = ValueKind::lifetime, .value = "D", .help = "90d, 18mo, 2y (default), a date, or never"},
    {.name = "no-passphrase", .help = "leave the secret key unprotected"},
};

constexpr Option list_options[] = {
    {.name = "secret", .help = "only those whose secret key is stored"},
    {.name = "expiring",
     .kind = ValueKind::lifetime,
     .value = "D",
     .help = "only those that end within D; exit 1 if there is one"},
};

constexpr Option import_options[] = {
    {.name = "no-bind", .help = "store only, bind no address"},
};

constexpr Option export_options[] = {
    {.name = "secret", .help = "secret keys, protected as they are stored"},
    {.name = "binary", .help = "no ASCII armor"},
    {.name = "address", .kind = ValueKind::address, .value = "ADDR", .help = "only the user IDs of this address"},
    {.name = "minimal", .help = "only what is needed to use it, no certifications by others"},
    {.name = "all", .help = "everything that is stored"},
};

constexpr Option delete_options[] = {
    {.name = "secret", .help = "the secret key as well"},
};

constexpr Option bindings_options[] = {
    {.name = "forget", .kind = ValueKind::address, .value = "ADDR", .help = "forget what this address is bound to"},
};

constexpr Command commands[] = {
    {.name = "generate",
     .arguments = "UID…",
     .help = "make a key pair, bind its addresses, print its fingerprint",
     .secrets = true,
     .min_arguments = 1,
     .options = generate_options,
     .run = sm::smkey::generate},
    {.name = "list",
     .arguments = "[PATTERN]",
     .help = "certificates, one a line",
     .max_arguments = 1,
     .options = list_options,
     .run = sm::smkey::list,
     .question = true},
    {.name = "show",
     .arguments = "ID",
     .help = "one certificate in full",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = sm::smkey::show,
     .question = true},
    {.name = "import",
     .arguments = "[FILE…]",
     .help = "take certificates, secret keys and revocation certificates",
     .options = import_options,
     .run = sm::smkey::import_keys,
     .argument_kind = ValueKind::file},
    {.name = "export",
     .arguments = "ID…",
     .help = "write certificates to stdout",
     .options = export_options,
     .run = sm::smkey::export_keys},
    {.name = "delete",
     .arguments = "ID",
     .help = "remove a certificate and its bindings",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = delete_options,
     .run = sm::smkey::delete_key},
    {.name = "bindings",
     .arguments = "[ADDR]",
     .help = "what addresses are bound to, since when, from where",
     .max_arguments = 1,
     .options = bindings_options,
     .run = sm::smkey::bindings,
     .question = true},
    {.name = "accept",
     .arguments = "ADDR ID",
     .help = "bind an address to this certificate, settle a conflict",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smkey::accept},
    {.name = "autocrypt header",
     .arguments = "ADDR",
     .help = "write the Autocrypt field for mail from this address",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = sm::smkey::autocrypt_header,
     .argument_kind = ValueKind::address},
    {.name = "autocrypt import",
     .help = "take the sender's certificate from a message on stdin, or a Setup Message",
     .secrets = true,
     .max_arguments = 0,
     .run = sm::smkey::autocrypt_import},
    {.name = "reindex", .help = "rebuild the index of the store", .max_arguments = 0, .run = sm::smkey::reindex},
};

constexpr sm::cli::Program program = {
    .name = "smkey", .help = "OpenPGP keys and the store of certificates", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  sm::rnp::prepare_process();
  return sm::cli::run(program, argc, argv);
}
