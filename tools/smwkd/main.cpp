#include "backend/rnp/rnp.hpp"
#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option url_options[] = {
    {.name = "method", .kind = ValueKind::choice, .value = "advanced|direct|both", .help = "which URLs; default both"},
};

constexpr Option get_options[] = {
    {.name = "method", .kind = ValueKind::choice, .value = "advanced|direct", .help = "ask so, whatever the DNS says"},
};

constexpr Option publish_options[] = {
    {.name = "domain", .kind = ValueKind::text, .value = "D", .help = "the mail domain"},
    {.name = "method",
     .kind = ValueKind::choice,
     .value = "advanced|direct",
     .help = "for which of them; default advanced"},
    {.name = "out",
     .kind = ValueKind::directory,
     .value = "DIR",
     .help = "the root of the web server, in which .well-known is made"},
    {.name = "allow-empty", .help = "publish nothing, if there is nothing, and take away what was"},
};

constexpr Command commands[] = {
    {.name = "hash",
     .arguments = "ADDR…|-",
     .help = "the hash of the local part, then the address, one a line",
     .min_arguments = 1,
     .run = sm::smwkd::hash},
    {.name = "url",
     .arguments = "ADDR",
     .help = "where the certificate of an address would be",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = url_options,
     .run = sm::smwkd::url},
    {.name = "get",
     .arguments = "ADDR",
     .help = "the certificates that its domain publishes for an address",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = get_options,
     .run = sm::smwkd::get,
     .network = true},
    {.name = "check",
     .arguments = "ADDR|DOMAIN",
     .help = "does a directory keep to the rules, and which not",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = get_options,
     .run = sm::smwkd::check,
     .question = true,
     .network = true},
    {.name = "publish",
     .arguments = "[ID…]",
     .help = "make the files of a directory, for a web server",
     .options = publish_options,
     .run = sm::smwkd::publish},
};

constexpr sm::cli::Program program = {
    .name = "smwkd", .help = "Web Key Directory: find certificates, check, publish", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  sm::rnp::prepare_process();
  return sm::cli::run(program, argc, argv);
}
