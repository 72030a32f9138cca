#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option lookup_options[] = {
    {.name = "sort", .help = "answer in the order of the input, not of completion"},
};

constexpr Option generate_options[] = {
    {.name = "cert",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "of this certificate, or of the first in a chain"},
    {.name = "key", .kind = ValueKind::file, .value = "FILE", .help = "of this key, private or public"},
    {.name = "csr", .kind = ValueKind::file, .value = "FILE", .help = "of the key in this certificate request"},
    {.name = "usage",
     .kind = ValueKind::choice,
     .value = "3|2|1|0",
     .help = "3 the server's own (default), 2 its issuer"},
    {.name = "selector", .kind = ValueKind::choice, .value = "1|0", .help = "1 the key (default), 0 the certificate"},
    {.name = "type", .kind = ValueKind::choice, .value = "1|2|0", .help = "1 SHA-256 (default), 2 SHA-512, 0 as it is"},
    {.name = "nsupdate", .help = "as commands for nsupdate(1), which add it"},
};

constexpr Option rollover_options[] = {
    {.name = "current", .kind = ValueKind::file, .value = "CERT", .help = "the certificate in use, with its chain"},
    {.name = "next", .kind = ValueKind::file, .value = "KEY", .help = "the key that will be used, or its certificate"},
    {.name = "state", .kind = ValueKind::file, .value = "FILE", .help = "where to remember since when it is published"},
};

constexpr Command commands[] = {
    {.name = "lookup",
     .arguments = "HOST[:PORT]…|-",
     .help = "TLSA records, and how secure the answer is",
     .min_arguments = 1,
     .options = lookup_options,
     .run = sm::smdane::lookup,
     .question = true,
     .many = true,
     .dns = true},
    {.name = "generate",
     .arguments = "HOST[:PORT]",
     .help = "the TLSA record of a certificate or key",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = generate_options,
     .run = sm::smdane::generate},
    {.name = "rollover",
     .arguments = "HOST[:PORT]",
     .help = "is it safe to switch to the next key",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = rollover_options,
     .run = sm::smdane::rollover,
     .question = true,
     .dns = true},
};

constexpr sm::cli::Program program = {
    .name = "smdane", .help = "is mail to a domain protected by DANE, and why not", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  return sm::cli::run(program, argc, argv);
}
