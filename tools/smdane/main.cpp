#include "bulk/options.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option lookup_options[] = {
    sm::bulk::table::dns_timeout,
    sm::bulk::table::in_order,
};

constexpr Option check_options[] = {
    {.name = "host", .help = "the arguments are hosts, HOST or HOST:PORT, and nobody's MX"},
    {.name = "quick", .help = "one handshake an address; neither denials nor the ends of signatures"},
    {.name = "opportunistic", .help = "hosts that match are enough where the MX records are not signed"},
    sm::bulk::table::days,
    sm::bulk::table::helo,
    {.name = "starttls",
     .kind = ValueKind::choice,
     .value = "smtp|imap|pop3|none",
     .help = "how TLS begins at a host; default by its port"},
    {.name = "4", .help = "test IPv4 addresses only"},
    {.name = "6", .help = "test IPv6 addresses only"},
    {.name = "allow-private", .help = "nothing: hosts with signed TLSA records are connected to anywhere"},
    sm::bulk::table::dns_timeout,
    sm::bulk::table::connect_timeout,
    sm::bulk::table::step_timeout,
    sm::bulk::table::in_order,
    sm::bulk::table::skip,
    sm::bulk::table::nagios,
};

constexpr Option generate_options[] = {
    {.name = "cert",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "of this certificate, or of the first in a chain"},
    {.name = "key", .kind = ValueKind::file, .value = "FILE", .help = "of this key, private or public"},
    {.name = "csr", .kind = ValueKind::file, .value = "FILE", .help = "of the key in this certificate request"},
    {.name = "live", .help = "of what the server presents now, whoever it is"},
    {.name = "4", .help = "connect to IPv4 addresses only"},
    {.name = "6", .help = "connect to IPv6 addresses only"},
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
    {.name = "check",
     .arguments = "DOMAIN…|HOST[:PORT]…|-",
     .help = "is mail to a domain protected by DANE",
     .min_arguments = 1,
     .options = check_options,
     .run = sm::smdane::check,
     .question = true,
     .many = true,
     .dns = true},
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
     .run = sm::smdane::generate,
     .dns = true},
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
