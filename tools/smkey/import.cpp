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
  std::vector<std::string> paths = context.arguments();
  if (paths.empty()) paths.emplace_back("-");
  for (const std::string& path : paths) {
    if (path == "-") {
      DescriptorSource input(context.input());
      const Secret bytes = SM_TRY(read_all_secret(input, max_input));
      SM_TRY(import.take(bytes.view()));
      continue;
    }
    const auto bytes = read_file_secret(path, max_input);
    // What came from other files is taken all the same, and bound, and told.
    if (bytes)
      SM_TRY(import.take(bytes->view()));
    else
      import.unreadable(bytes.error());
  }
  SM_TRY(import.apply_revocations());
  if (!context.flag("no-bind")) SM_TRY(import.bind());
  return import.report("smkey.import/1");
}

}  // namespace sm::smkey
