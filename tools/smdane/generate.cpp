#include <algorithm>

#include "backend/tls/material.hpp"
#include "bulk/options.hpp"
#include "commands.hpp"
#include "dane/tlsa.hpp"
#include "dns/zone_text.hpp"
#include "files.hpp"
#include "json/line.hpp"
#include "live.hpp"
#include "service.hpp"

namespace sm::smdane {
namespace {

// An hour: long enough to be cached, short enough to wait for (RFC 7671 §8.1 has the wait grow with it).
constexpr std::uint32_t ttl = 3600;

std::uint8_t number_of(const cli::Context& context, std::string_view option, std::uint8_t otherwise) {
  const auto value = context.value(option);
  return value ? static_cast<std::uint8_t>(value->front() - '0') : otherwise;
}

// Usage 3 and 1 are about the server's own certificate; 2 and 0 about the one above it, or the only one there is.
dane::Material pick(const std::vector<dane::Material>& chain, std::uint8_t usage) {
  const bool issuer = usage == 0 || usage == 2;
  return issuer && chain.size() > 1 ? chain[1] : chain.front();
}

Result<std::vector<dane::Material>> materials_of(cli::Context& context, const Service& service,
                                                 const dane::RecordForm& form) {
  const auto certificate = context.value("cert");
  const auto key = context.value("key");
  const auto request = context.value("csr");
  const bool live = context.flag("live");
  if ((certificate ? 1 : 0) + (key ? 1 : 0) + (request ? 1 : 0) + (live ? 1 : 0) != 1)
    return fail(ErrorKind::usage, "cli.usage",
                "one of --cert, --key, --csr and --live says what the record is made of");
  const auto family = SM_TRY(bulk::family_option(context));
  if (family && !live) return fail(ErrorKind::usage, "cli.usage", "-4 and -6 go with --live");
  if (key) return std::vector{SM_TRY(read_key_file(*key))};
  if (request) return std::vector{SM_TRY(read_request_file(*request))};
  if (certificate) return std::vector{pick(SM_TRY(read_chain_file(*certificate)), form.usage)};
  std::vector<dane::Material> materials;
  // RFC 7671 §5.2: an authority that the server does not send is none that a client can find.
  const bool issuer = form.usage == 0 || form.usage == 2;
  for (const auto& chain : SM_TRY(live_chains(context, service, family))) {
    if (issuer && chain.size() < 2)
      return fail(ErrorKind::data, "smdane.no-issuer",
                  service.text() + " sends no certificate but its own: usage " + std::to_string(form.usage) +
                      " is about one above it",
                  "have it send the whole chain, or use usage 3");
    materials.push_back(pick(chain, form.usage));
  }
  return materials;
}

std::string nsupdate_text(const std::vector<dns::Record>& records) {
  std::string text;
  for (const dns::Record& record : records) text += "update add " + dns::zone_text(record);
  return text + "send\n";
}

std::string json_text(const Service& service, const std::vector<dns::Record>& records) {
  json::Array array;
  for (const dns::Record& record : records) array.push_back(dane::to_json(std::get<dns::Tlsa>(record.data)));
  return json_line("smdane.generate/1", json::object({{"host", service.host.text()},
                                                      {"port", service.port},
                                                      {"name", records.front().name.text()},
                                                      {"ttl", ttl},
                                                      {"records", std::move(array)}}));
}

}  // namespace

Result<int> generate(cli::Context& context) {
  const Service service = SM_TRY(parse_service(context.arguments().front()));
  const dane::RecordForm form{.usage = number_of(context, "usage", 3),
                              .selector = number_of(context, "selector", 1),
                              .matching_type = number_of(context, "type", 1)};
  if (form.usage < 2) context.warn("no mail server heeds records of usage 0 and 1 (RFC 7672 §3.1.3)");
  const dns::Name name = SM_TRY(service.tlsa_name());
  std::vector<dns::Record> records;
  for (const dane::Material& material : SM_TRY(materials_of(context, service, form))) {
    dns::Record record{.name = name, .type = dns::Type::tlsa, .ttl = ttl};
    record.data = SM_TRY(tls::make_record(form, material));
    if (std::ranges::find(records, record) == records.end()) records.push_back(std::move(record));
  }
  std::string text;
  if (context.json()) {
    text = json_text(service, records);
  } else if (context.flag("nsupdate")) {
    text = nsupdate_text(records);
  } else {
    for (const dns::Record& record : records) text += dns::zone_text(record);
  }
  SM_TRY(context.print(text));
  return 0;
}

}  // namespace sm::smdane
