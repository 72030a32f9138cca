#include "bulk/options.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option generate_options[] = {
    {.name = "mode",
     .kind = ValueKind::choice,
     .value = "enforce|testing|none",
     .help = "what a sender does with mail that the policy forbids"},
    {.name = "mx",
     .kind = ValueKind::text,
     .value = "PATTERN",
     .help = "a host that may get mail, or *. and a domain; repeatable",
     .repeat = true},
    {.name = "max-age",
     .kind = ValueKind::seconds,
     .value = "SECONDS",
     .help = "how long a sender keeps the policy: 1209600, or 14d"},
};

constexpr Option cache_option = {.name = "cache",
                                 .kind = ValueKind::file,
                                 .value = "FILE",
                                 .help = "keep policies in FILE instead of the user's or the service's cache"};
constexpr Option attributes_option = {.name = "attributes",
                                      .help = "add what Postfix 3.10 and later know: policy_type=sts and so on"};
constexpr Option lookup_options[] = {cache_option};
constexpr Option postfix_options[] = {cache_option, attributes_option};
constexpr Option cache_options[] = {cache_option};
constexpr Option serve_options[] = {
    {.name = "socket",
     .kind = ValueKind::address,
     .value = "unix:PATH|inet:127.0.0.1:PORT",
     .help = "where to listen, if systemd passes no socket"},
    {.name = "metrics",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "write there what is counted, for Prometheus"},
    cache_option,
    attributes_option,
};

constexpr Option check_options[] = {
    cache_option,
    sm::bulk::table::days,
    sm::bulk::table::helo,
    sm::bulk::table::dns_timeout,
    {.name = "fetch-timeout",
     .kind = ValueKind::seconds,
     .value = "SECONDS",
     .help = "for each policy, whole; default 60"},
    sm::bulk::table::connect_timeout,
    sm::bulk::table::step_timeout,
    sm::bulk::table::in_order,
    sm::bulk::table::skip,
    sm::bulk::table::nagios,
};

constexpr Command commands[] = {
    {.name = "check",
     .arguments = "DOMAIN…|-",
     .help = "every rule of MTA-STS, against the live servers",
     .min_arguments = 1,
     .options = check_options,
     .run = sm::smmtasts::check,
     .question = true,
     .network = true,
     .many = true,
     .dns = true},
    {.name = "lookup",
     .arguments = "DOMAIN",
     .help = "the record and the policy of a domain",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = lookup_options,
     .run = sm::smmtasts::lookup,
     .question = true,
     .network = true,
     .dns = true},
    {.name = "lint",
     .arguments = "[FILE]",
     .help = "what is wrong with a policy, and what is unwise",
     .max_arguments = 1,
     .run = sm::smmtasts::lint,
     .argument_kind = ValueKind::file,
     .question = true},
    {.name = "match",
     .arguments = "FILE MXHOST",
     .help = "may mail go to this host by the policy",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = sm::smmtasts::match,
     .question = true},
    {.name = "generate",
     .help = "a policy, as it is published",
     .max_arguments = 0,
     .options = generate_options,
     .run = sm::smmtasts::generate,
     .plain = true},
    {.name = "postfix",
     .arguments = "DOMAIN",
     .help = "what Postfix's smtp_tls_policy_maps is to say of a next hop, by DANE and MTA-STS",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = postfix_options,
     .run = sm::smmtasts::postfix,
     .question = true,
     .network = true,
     .dns = true},
    {.name = "cache list",
     .help = "the policies that are kept",
     .max_arguments = 0,
     .options = cache_options,
     .run = sm::smmtasts::cache_list},
    {.name = "cache show",
     .arguments = "DOMAIN",
     .help = "what is kept of a domain",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = cache_options,
     .run = sm::smmtasts::cache_show,
     .question = true},
    {.name = "cache purge",
     .arguments = "[DOMAIN]",
     .help = "forgets what is kept, of a domain or of all",
     .max_arguments = 1,
     .options = cache_options,
     .run = sm::smmtasts::cache_purge,
     .plain = true},
    {.name = "refresh",
     .arguments = "[DOMAIN…]",
     .help = "fetches the policies that are due, and those of the domains named",
     .options = cache_options,
     .run = sm::smmtasts::refresh,
     .network = true,
     .many = true,
     .dns = true},
    {.name = "serve",
     .help = "answer Postfix's questions how to deliver to a domain",
     .max_arguments = 0,
     .options = serve_options,
     .run = sm::smmtasts::serve,
     .network = true,
     .dns = true,
     .endless = true},
};

constexpr sm::cli::Program program = {
    .name = "smmtasts", .help = "MTA-STS: which hosts of a domain may get mail, and how", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  return sm::cli::run(program, argc, argv);
}
