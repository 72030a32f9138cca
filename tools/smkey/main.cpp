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
     .help = "what ends within D, and how to extend it; exit 1 if any"},
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

constexpr Option passwd_options[] = {
    {.name = "new-passphrase-fd",
     .kind = ValueKind::descriptor,
     .value = "N",
     .help = "take the new passphrase from descriptor N"},
    {.name = "new-passphrase-file",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "take the new passphrase from the first line of FILE"},
};

constexpr Option expire_options[] = {
    {.name = "subkey", .kind = ValueKind::key_id, .value = "FPR", .help = "only this subkey"},
};

constexpr Option reason = {.name = "reason",
                           .kind = ValueKind::choice,
                           .value = "compromised|superseded|retired|none",
                           .help = "why, for others to know"};
constexpr Option message = {
    .name = "message", .kind = ValueKind::text, .value = "T", .help = "a text beside the reason, for others to read"};

constexpr Option revoke_options[] = {
    reason,
    message,
    {.name = "subkey", .kind = ValueKind::key_id, .value = "FPR", .help = "only this subkey"},
};

constexpr Option revocation_options[] = {reason, message};

constexpr Option subkey_add_options[] = {
    {.name = "algo",
     .kind = ValueKind::choice,
     .value = "ed25519|rsa3072|rsa4096|nistp256|nistp384|nistp521",
     .help = "algorithm (default the kind of the primary key)"},
    {.name = "usage", .kind = ValueKind::choice, .value = "sign|encrypt", .help = "what it is for (default encrypt)"},
};

constexpr Option server = {.name = "server",
                           .kind = ValueKind::address,
                           .value = "URL",
                           .help = "the key server; default https://keys.openpgp.org"};

constexpr Option search_options[] = {
    {.name = "dry-run", .help = "write what was found to stdout, store nothing"},
    server,
};

constexpr Option refresh_options[] = {
    {.name = "all", .help = "every certificate that is stored"},
    {.name = "rate", .kind = ValueKind::number, .value = "N", .help = "ask for N a second (default 1)"},
    server,
};

constexpr Option publish_options[] = {
    {.name = "address",
     .kind = ValueKind::address,
     .value = "ADDR",
     .help = "only this address of the certificate",
     .repeat = true},
    server,
};

constexpr Option bindings_options[] = {
    {.name = "forget", .kind = ValueKind::address, .value = "ADDR", .help = "forget what this address is bound to"},
};

constexpr Option unlock_options[] = {
    {.name = "for", .kind = ValueKind::duration, .value = "D", .help = "for how long: 30s, 15min, 8h (default), 7d"},
    {.name = "scope",
     .kind = ValueKind::choice,
     .value = "session|user",
     .help = "until logout (default), or for all that runs as this user"},
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
     .help = "certificates, what for and until when",
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
    {.name = "passwd",
     .arguments = "ID",
     .help = "change the passphrase of a key and its subkeys",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = passwd_options,
     .run = sm::smkey::passwd},
    {.name = "expire",
     .arguments = "ID WHEN",
     .help = "set when a key and its subkeys end",
     .secrets = true,
     .min_arguments = 2,
     .max_arguments = 2,
     .options = expire_options,
     .run = sm::smkey::expire},
    {.name = "revoke",
     .arguments = "ID",
     .help = "revoke a key, or a subkey, for good",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = revoke_options,
     .run = sm::smkey::revoke},
    {.name = "revocation",
     .arguments = "ID",
     .help = "write a revocation certificate to stdout, change nothing",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = revocation_options,
     .run = sm::smkey::revocation},
    {.name = "uid add",
     .arguments = "ID UID",
     .help = "add a user ID, bind its address",
     .secrets = true,
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smkey::uid_add},
    {.name = "uid revoke",
     .arguments = "ID UID",
     .help = "revoke a user ID, given in full or by its address",
     .secrets = true,
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smkey::uid_revoke},
    {.name = "uid primary",
     .arguments = "ID UID",
     .help = "make a user ID the primary one",
     .secrets = true,
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smkey::uid_primary},
    {.name = "subkey add",
     .arguments = "ID",
     .help = "add a subkey, print its fingerprint",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = subkey_add_options,
     .run = sm::smkey::subkey_add},
    {.name = "subkey revoke",
     .arguments = "ID FPR",
     .help = "revoke a subkey for good",
     .secrets = true,
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smkey::subkey_revoke},
    {.name = "search",
     .arguments = "ADDR",
     .help = "find the certificate of an address, bind it",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = search_options,
     .run = sm::smkey::search,
     .argument_kind = ValueKind::address,
     .network = true},
    {.name = "refresh",
     .arguments = "ID…",
     .help = "ask the key server what is new of certificates",
     .options = refresh_options,
     .run = sm::smkey::refresh,
     .network = true},
    {.name = "publish",
     .arguments = "ID",
     .help = "give a certificate of yours to the key server",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = publish_options,
     .run = sm::smkey::publish,
     .network = true},
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
    {.name = "unlock",
     .arguments = "ID",
     .help = "keep a secret key without its passphrase in the kernel",
     .secrets = true,
     .min_arguments = 1,
     .max_arguments = 1,
     .options = unlock_options,
     .run = sm::smkey::unlock},
    {.name = "lock",
     .arguments = "[ID]",
     .help = "take what unlock keeps, of one or of all, out of the kernel",
     .max_arguments = 1,
     .run = sm::smkey::lock},
    {.name = "reindex", .help = "rebuild the index of the store", .max_arguments = 0, .run = sm::smkey::reindex},
};

constexpr sm::cli::Program program = {
    .name = "smkey", .help = "OpenPGP keys and the store of certificates", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  sm::rnp::prepare_process();
  return sm::cli::run(program, argc, argv);
}
