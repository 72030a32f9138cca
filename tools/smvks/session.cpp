#include "session.hpp"

#include "backend/idn/idn.hpp"
#include "io/descriptor.hpp"
#include "json/line.hpp"
#include "text/printable.hpp"

namespace sm::smvks {
namespace {

constexpr std::string_view usual_server = "https://keys.openpgp.org";
constexpr std::size_t max_input = 4u << 20;  // bytes: a certificate in armor, and what may stand around it

}  // namespace

Result<Session> Session::open(const cli::Context& context) {
  const auto named = context.value("server");
  net::Url url = SM_TRY(web::parse_url(named.value_or(std::string(usual_server))));
  if (url.scheme != "https") {
    return fail(ErrorKind::usage, "smvks.server", "http:// would show to the network whose certificate is asked for",
                "use https://");
  }
  if (!url.query.empty() || !url.user.empty())
    return fail(ErrorKind::usage, "smvks.server", "a key server's URL has neither a user nor a query");
  web::Web opened = SM_TRY(web::open(context));
  vks::Server server(*opened.client, std::move(url), named.has_value(), idn::to_ascii);
  return Session{std::move(opened), std::move(server)};
}

Result<vks::Upload> read_certificate(const cli::Context& context, std::size_t index) {
  const std::string path = index < context.arguments().size() ? context.arguments()[index] : "-";
  if (path != "-") {
    const Secret input = SM_TRY(read_file_secret(path, max_input));
    return vks::read_upload(input.view());
  }
  DescriptorSource source(context.input());
  const Secret input = SM_TRY(read_all_secret(source, max_input));
  return vks::read_upload(input.view());
}

Result<void> report(cli::Context& context, std::string_view schema, const vks::Receipt& receipt) {
  if (context.json()) {
    json::Array addresses;
    for (const vks::AddressState& one : receipt.addresses)
      addresses.emplace_back(json::object({{"address", one.address}, {"status", name_of(one.status)}}));
    return context.print(json_line(schema, json::object({{"fingerprint", receipt.fingerprint},
                                                         {"addresses", std::move(addresses)},
                                                         {"token", receipt.token}})));
  }
  if (context.quiet()) return {};
  for (const vks::AddressState& one : receipt.addresses) {
    std::string line(name_of(one.status));
    line.append("  ").append(printable(one.address)).append("\n");
    SM_TRY(context.print(line));
  }
  return {};
}

}  // namespace sm::smvks
