#include "commands.hpp"
#include "importer.hpp"
#include "io/descriptor.hpp"

namespace sm::smkey {

namespace {

constexpr std::size_t max_input = 256u << 20;  // bytes of one file of keys

}  // namespace

Result<int> import_keys(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Importer import(*session);
  if (context.arguments().empty()) {
    DescriptorSource input(context.input());
    const Secret bytes = SM_TRY(read_all_secret(input, max_input));
    SM_TRY(import.take(bytes.view()));
  }
  for (const std::string& path : context.arguments()) {
    const Secret bytes = SM_TRY(read_file_secret(path, max_input));
    SM_TRY(import.take(bytes.view()));
  }
  if (!context.flag("no-bind")) SM_TRY(import.bind());
  return import.report("smkey.import/1");
}

}  // namespace sm::smkey
