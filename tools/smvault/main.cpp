#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option server_options[] = {
    {.name = "credentials",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "take user and password from FILE, in netrc's form, instead of ~/.netrc"},
};

constexpr Command commands[] = {
    {.name = "push",
     .arguments = "URL [ID…]",
     .help = "put secret keys with their certificates into a vault",
     .min_arguments = 1,
     .options = server_options,
     .run = sm::smvault::push,
     .network = true},
    {.name = "pull",
     .arguments = "URL [ID…]",
     .help = "take what is in a vault, merge it with what is here, put the outcome there",
     .min_arguments = 1,
     .options = server_options,
     .run = sm::smvault::pull,
     .network = true},
    {.name = "list",
     .arguments = "URL",
     .help = "keys in a vault, one a line",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = server_options,
     .run = sm::smvault::list,
     .network = true},
    {.name = "forget",
     .arguments = "URL ID",
     .help = "remove all versions of a key from a vault",
     .min_arguments = 2,
     .max_arguments = 2,
     .options = server_options,
     .run = sm::smvault::forget,
     .network = true},
};

constexpr sm::cli::Program program = {
    .name = "smvault", .help = "passphrase-protected secret keys on a WebDAV server", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  return sm::cli::run(program, argc, argv);
}
