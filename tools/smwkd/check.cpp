#include "wkd/check.hpp"

#include "backend/idn/idn.hpp"
#include "backend/rnp/rnp.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "network.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smwkd {
namespace {

Result<wkd::Address> parse_subject(const std::string& text) {
  if (text.find('@') != std::string::npos) return wkd::parse_address(text, idn::to_ascii);
  wkd::Address address;
  address.domain = SM_TRY(wkd::parse_domain(text, idn::to_ascii));
  return address;
}

int status_of(wkd::Verdict verdict) {
  switch (verdict) {
    case wkd::Verdict::good:
      return cli::exit_yes;
    case wkd::Verdict::faulty:
      return cli::exit_no;
    case wkd::Verdict::absent:
      return cli::exit_absent;
    case wkd::Verdict::not_tested:
      return cli::exit_temporary;
  }
  return cli::exit_bug;
}

}  // namespace

Result<int> check(cli::Context& context) {
  const std::string& subject = context.arguments().front();
  const wkd::Address address = SM_TRY(parse_subject(subject));
  const Network network = SM_TRY(Network::open(context));
  rnp::Reader reader(context.clock());
  const wkd::CheckPorts ports{network.resolver(), *network.web.client, reader, idn::to_ascii};
  const wkd::CheckReport report = wkd::check(ports, address,
                                             {.method = network.method,
                                              .allow_private = context.flag("allow-private"),
                                              .ask_dns = !network.is_proxied(address.domain),
                                              .now = context.clock().now(),
                                              .timeout = network.timeout});
  const int status = status_of(report.verdict);
  if (context.json()) {
    SM_TRY(context.print(json_line(
        "smwkd.check/1", json::Object{{"subject", subject},
                                      {"verdict", name_of(report.verdict)},
                                      {"status", status},
                                      {"method", name_of(report.method)},
                                      {"findings", report::to_json(report.findings)},
                                      {"run", json::Object{{"time", rfc3339(context.clock().now())},
                                                           {"details", report::details_to_json(report.findings)}}}})));
    return status;
  }
  std::string text = printable(subject);
  text.append(" ").append(name_of(report.verdict)).append("\n").append(report::text(report.findings, context.color()));
  SM_TRY(context.print(text));
  return status;
}

}  // namespace sm::smwkd
