#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option server_options[] = {
    {.name = "server",
     .kind = ValueKind::address,
     .value = "URL",
     .help = "the key server; default https://keys.openpgp.org"},
};

constexpr Command commands[] = {
    {.name = "get",
     .arguments = "ADDR|FPR|KEYID|-",
     .help = "certificates from the server, armored",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = server_options,
     .run = sm::smvks::get,
     .argument_kind = ValueKind::key_id,
     .network = true},
    {.name = "upload",
     .arguments = "[FILE]",
     .help = "give the server a certificate",
     .max_arguments = 1,
     .options = server_options,
     .run = sm::smvks::upload,
     .argument_kind = ValueKind::file,
     .network = true},
    {.name = "request-verify",
     .arguments = "FILE ADDR…",
     .help = "upload, and have the server send mails that verify addresses",
     .min_arguments = 2,
     .options = server_options,
     .run = sm::smvks::request_verify,
     .network = true},
};

constexpr sm::cli::Program program = {
    .name = "smvks", .help = "certificates on a validating key server", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  return sm::cli::run(program, argc, argv);
}
