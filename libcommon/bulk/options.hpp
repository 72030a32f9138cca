// Options that checks of mail servers share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "net/address.hpp"

namespace sm::bulk {

// -4, -6 or neither. Error: cli.usage (usage): both.
Result<std::optional<net::Address::Family>> family_option(const cli::Context& context);
// --helo, or this host's name. Error: cli.usage (usage): no name and no address in brackets.
Result<std::string> helo_option(const cli::Context& context);
// An option in seconds.
std::chrono::milliseconds duration_option(const cli::Context& context, std::string_view option,
                                          std::chrono::milliseconds otherwise);
// --days; nullopt: not given. Error: cli.usage (usage): more than ten years.
Result<std::optional<std::chrono::days>> days_option(const cli::Context& context);

// As they stand in a program's table of options.
namespace table {

inline constexpr cli::Option dns_timeout = {.name = "dns-timeout",
                                            .kind = cli::ValueKind::seconds,
                                            .value = "SECONDS",
                                            .help = "for each question to the DNS; default 10"};
inline constexpr cli::Option connect_timeout = {.name = "connect-timeout",
                                                .kind = cli::ValueKind::seconds,
                                                .value = "SECONDS",
                                                .help = "for each connection; default 10"};
inline constexpr cli::Option step_timeout = {.name = "step-timeout",
                                             .kind = cli::ValueKind::seconds,
                                             .value = "SECONDS",
                                             .help = "for each reply of a server, and for the handshake; default 30"};
inline constexpr cli::Option helo = {
    .name = "helo", .kind = cli::ValueKind::text, .value = "NAME", .help = "what EHLO says; default this host's name"};
inline constexpr cli::Option days = {.name = "days",
                                     .kind = cli::ValueKind::number,
                                     .value = "N",
                                     .help = "answer 1 if something ends within N days; without it a warning, for 14"};
inline constexpr cli::Option in_order = {.name = "sort", .help = "answer in the order of the input, not of completion"};
inline constexpr cli::Option skip = {.name = "skip",
                                     .kind = cli::ValueKind::file,
                                     .value = "FILE",
                                     .help = "pass over what these earlier results are about"};
inline constexpr cli::Option nagios = {.name = "nagios", .help = "one line and a status for monitoring"};

}  // namespace table

}  // namespace sm::bulk
