#include "backend/idn/idn.hpp"
#include "backend/rnp/rnp.hpp"
#include "base/limits.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "crypto/armor.hpp"
#include "json/line.hpp"
#include "network.hpp"
#include "text/time.hpp"
#include "wkd/certificates.hpp"

namespace sm::smwkd {
namespace {

// nullopt: there is nothing of that name.
Result<std::optional<std::string>> fetch_answer(const Network& network, const net::Url& url) {
  net::Request request{.url = url};
  request.max_body = limits::network_certificate;
  request.timeout = network.timeout;
  request.may_follow = wkd::may_follow;
  auto response = SM_TRY(net::fetch(*network.web.client, std::move(request)));
  if (response.status == 404 || response.status == 410) return std::optional<std::string>();
  if (response.status != 200) return net::refusal(response);
  return std::optional(std::move(response.body));
}

json::Value describe(const wkd::Found& found) {
  json::Array user_ids;
  for (const UserId& user_id : found.info.user_ids) user_ids.emplace_back(user_id.text);
  return json::Object{{"fingerprint", found.info.fingerprint()},
                      {"usable", found.usable},
                      {"user_ids", std::move(user_ids)},
                      {"certificate", armor(ArmorKind::public_key, found.certificate)}};
}

// What was in the answer and is not in ours.
void tell(cli::Context& context, const wkd::Reading& reading, const wkd::Address& address) {
  const auto count = [&](std::size_t number, std::string_view what) {
    if (number > 0) context.warn(std::to_string(number) + std::string(what));
  };
  count(reading.without_address, " of the certificates were refused: no valid user ID of " + address.text());
  count(reading.damaged, " of the certificates can't be read");
  count(reading.passed_over, " of the certificates were not looked at: there are too many, or they are too long");
  if (!reading.whole) context.warn("the answer has something in it that is no part of a certificate, or is cut off");
}

}  // namespace

Result<int> get(cli::Context& context) {
  const wkd::Address address = SM_TRY(wkd::parse_address(context.arguments().front(), idn::to_ascii));
  const Network network = SM_TRY(Network::open(context));
  const wkd::Discovery discovery = SM_TRY(network.discover(address.domain));
  if (!discovery.is_there) {
    context.note(address.domain + " has no web server, and so no directory");
    return cli::exit_absent;
  }
  const wkd::Method method = discovery.method;
  const net::Url url = wkd::key_url(method, address);
  context.note("asking " + url.text());
  const auto answer = SM_TRY(fetch_answer(network, url));
  if (!answer) return cli::exit_absent;

  rnp::Reader reader(context.clock());
  const wkd::Reading reading = SM_TRY(wkd::read_answer(reader, *answer, address, idn::to_ascii, context.clock().now()));
  tell(context, reading, address);
  if (reading.certificates.empty()) {
    if (reading.without_address > 0) return cli::exit_absent;
    return fail(ErrorKind::data, "wkd.no-certificate", "nothing in the answer can be read as a certificate");
  }
  if (context.json()) {
    json::Array certificates;
    for (const wkd::Found& found : reading.certificates) certificates.push_back(describe(found));
    SM_TRY(context.print(
        json_line("smwkd.get/1", json::Object{{"address", address.text()},
                                              {"method", name_of(method)},
                                              {"url", url.text()},
                                              {"certificates", std::move(certificates)},
                                              {"run", json::Object{{"time", rfc3339(context.clock().now())}}}})));
    return 0;
  }
  std::string packets;
  for (const wkd::Found& found : reading.certificates) packets += found.certificate;
  SM_TRY(context.print(context.terminal() ? armor(ArmorKind::public_key, packets) : packets));
  return 0;
}

}  // namespace sm::smwkd
