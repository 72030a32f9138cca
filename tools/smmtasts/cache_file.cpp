#include "cache_file.hpp"

#include <unistd.h>

namespace sm::smmtasts {
namespace {

constexpr std::string_view file_name = "/mtasts.sqlite";

}  // namespace

Result<std::string> cache_path(const cli::Context& context, CacheOwner owner) {
  if (auto path = context.value("cache")) return *std::move(path);
  // Several are separated by colons (systemd.exec(5)).
  if (const auto state = context.environment("STATE_DIRECTORY"))
    return state->substr(0, state->find(':')).append(file_name);
  if (owner == CacheOwner::service || geteuid() == 0) return std::string("/var/lib/smtools").append(file_name);
  auto directory = context.environment("XDG_CACHE_HOME");
  // A relative one is ignored (XDG base directory specification).
  if (!directory || !directory->starts_with('/')) {
    directory = context.home();
    if (!directory) return fail(ErrorKind::config, "smmtasts.cache", "there is no home for a cache", "give --cache");
    directory->append("/.cache");
  }
  return directory->append("/smtools").append(file_name);
}

Result<std::unique_ptr<mtasts::Cache>> open_cache(const cli::Context& context, sqlite::Access access,
                                                  CacheOwner owner) {
  return sqlite::open_cache(SM_TRY(cache_path(context, owner)), access);
}

Result<std::unique_ptr<mtasts::Cache>> readable_cache(const cli::Context& context) {
  auto cache = open_cache(context, sqlite::Access::read);
  if (!cache && !context.value("cache")) return std::unique_ptr<mtasts::Cache>();
  return cache;
}

std::string_view option_against_keeping(const cli::Context& context) {
  for (const std::string_view option : {"cafile", "resolver", "proxy"})
    if (context.value(option)) return option;
  return {};
}

mtasts::PostfixForm postfix_form(const cli::Context& context) {
  return context.flag("attributes") ? mtasts::PostfixForm::from_3_10 : mtasts::PostfixForm::before_3_10;
}

}  // namespace sm::smmtasts
