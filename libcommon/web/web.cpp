#include "web/web.hpp"

#include "backend/cares/resolver.hpp"
#include "backend/curl/client.hpp"
#include "backend/idn/idn.hpp"

namespace sm::web {
namespace {

// As curl(1) takes them, the lower case before the upper.
Result<std::optional<net::Proxy>> environment_proxy(const cli::Context& context) {
  auto value = context.environment("https_proxy");
  if (!value) value = context.environment("HTTPS_PROXY");
  if (!value) value = context.environment("all_proxy");
  if (!value) value = context.environment("ALL_PROXY");
  if (!value) return std::optional<net::Proxy>();
  auto except = context.environment("no_proxy");
  if (!except) except = context.environment("NO_PROXY");
  return std::optional(SM_TRY(net::environment_proxy(*value, except.value_or(""))));
}

Result<curl::Settings> settings_of(const cli::Context& context) {
  curl::Settings settings{.ca_file = context.value("cafile").value_or(""),
                          .proxy = {},
                          .version = context.flag("4")   ? curl::Settings::Version::v4
                                     : context.flag("6") ? curl::Settings::Version::v6
                                                         : curl::Settings::Version::any,
                          .allow_private = context.flag("allow-private")};
  if (const auto proxy = context.value("proxy"))
    settings.proxy = *proxy == "env" ? SM_TRY(environment_proxy(context)) : SM_TRY(net::parse_proxy(*proxy));
  return settings;
}

}  // namespace

Result<Web> open(const cli::Context& context) {
  curl::Settings settings = SM_TRY(settings_of(context));
  Web web;
  web.proxy = settings.proxy;
  if (const auto server = context.value("resolver")) {
    web.resolver = cares::make_resolver({.servers = {SM_TRY(dns::parse_server(*server))}});
    settings.resolver = web.resolver.get();
  }
  web.client = SM_TRY(curl::make_client(std::move(settings)));
  return web;
}

Result<Web> open(const cli::Context& context, dns::Resolver& resolver, curl::CertificateRule rule, std::size_t window) {
  curl::Settings settings = SM_TRY(settings_of(context));
  settings.resolver = &resolver;
  settings.rule = rule;
  settings.window = window;
  Web web;
  web.proxy = settings.proxy;
  web.client = SM_TRY(curl::make_client(std::move(settings)));
  return web;
}

Result<net::Url> parse_url(std::string_view text) {
  auto url = net::parse_url(text, idn::to_ascii);
  if (!url) url.error().kind = ErrorKind::usage;
  return url;
}

}  // namespace sm::web
