#include "commands.hpp"

namespace {

using sm::cli::Command;
using sm::cli::Option;
using sm::cli::ValueKind;

constexpr Option lookup_options[] = {
    {.name = "sort", .help = "answer in the order of the input, not of completion"},
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
};

constexpr sm::cli::Program program = {
    .name = "smdane", .help = "is mail to a domain protected by DANE, and why not", .commands = commands};

}  // namespace

int main(int argc, char** argv) {
  return sm::cli::run(program, argc, argv);
}
