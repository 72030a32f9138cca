#include "backend/idn/idn.hpp"
#include "backend/tls/chain_verifier.hpp"
#include "cache_file.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "mtasts/next_hop.hpp"
#include "network.hpp"
#include "text/time.hpp"

namespace sm::smmtasts {
namespace {

using mtasts::Delivery;

constexpr std::size_t window = 100;  // a domain has up to 100 hosts

int status_of(const Delivery& delivery) {
  switch (delivery.kind) {
    case Delivery::Kind::policy:
      return cli::exit_yes;
    case Delivery::Kind::none:
      return cli::exit_absent;
    case Delivery::Kind::temporary:
      break;
  }
  return cli::exit_temporary;
}

std::string_view result_of(const Delivery& delivery) {
  switch (delivery.kind) {
    case Delivery::Kind::policy:
      return "policy";
    case Delivery::Kind::none:
      return "none";
    case Delivery::Kind::temporary:
      break;
  }
  return "temporary";
}

Result<Delivery> ask(const cli::Context& context, const dane::NextHop& next_hop) {
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::read));
  const Network network = SM_TRY(Network::open(context, window));
  const auto judge = SM_TRY(tls::ChainVerifier::make());
  mtasts::Keeper keeper({network.resolver(), network.client(), *cache, context.clock()},
                        {.write = false, .dns_timeout = network.dns_timeout, .fetch_timeout = network.fetch_timeout});
  mtasts::Deliveries deliveries(network.resolver(), judge, keeper, postfix_form(context), network.dns_timeout);
  std::optional<Delivery> result;
  deliveries.ask(next_hop, [&](Delivery delivery) { result = std::move(delivery); });
  std::vector<pollfd> polled;
  for (; !result; polled.clear()) turn({&network.resolver(), &network.client()}, polled);
  return *std::move(result);
}

json::Value json_of(const std::string& key, const Delivery& delivery, std::int64_t now) {
  json::Array warnings;
  for (const std::string& warning : delivery.warnings) warnings.push_back(warning);
  json::Value run =
      json::object({{"time", rfc3339(now)}, {"holds", delivery.holds}, {"warnings", std::move(warnings)}});
  if (!delivery.reason.empty()) run.add("reason", delivery.reason);
  return json::object({{"next-hop", key},
                       {"status", status_of(delivery)},
                       {"result", result_of(delivery)},
                       {"value", delivery.value.empty() ? json::Value() : json::Value(delivery.value)},
                       {"dane", name_of(delivery.dane)},
                       {"mode", delivery.mode ? json::Value(name_of(*delivery.mode)) : json::Value()},
                       {"error", delivery.code.empty() ? json::Value() : json::Value(delivery.code)},
                       {"run", std::move(run)}});
}

}  // namespace

Result<int> postfix(cli::Context& context) {
  const std::string& key = context.arguments().front();
  if (key.empty() || key.find_first_of("@/ ") != std::string::npos)
    return fail(ErrorKind::usage, "smmtasts.domain", "\"" + key + "\" is no next hop",
                "as in: example.org, [mail.example.org]:587");
  const auto next_hop = mtasts::next_hop(key, idn::to_ascii);
  Delivery delivery;
  if (next_hop) {
    delivery = SM_TRY(ask(context, *next_hop));
  } else {
    // An address, or ".example.org": nothing is to be asked.
    delivery.kind = Delivery::Kind::none;
    delivery.dane = dane::Coverage::none;
  }
  const int status = status_of(delivery);
  if (context.json()) {
    const std::string shown = next_hop ? mtasts::key_of(*next_hop) : key;
    SM_TRY(context.print(json_line("smmtasts.postfix/1", json_of(shown, delivery, context.clock().now()))));
    return status;
  }
  for (const std::string& warning : delivery.warnings) context.warn(warning);
  context.note("DANE: " + std::string(name_of(delivery.dane)) +
               (delivery.mode ? ", MTA-STS: " + std::string(name_of(*delivery.mode)) : ", no policy of MTA-STS"));
  if (delivery.kind == Delivery::Kind::temporary)
    return fail(ErrorKind::temporary, delivery.code, delivery.reason, "Postfix keeps the mail and tries again");
  if (delivery.kind == Delivery::Kind::policy) SM_TRY(context.print(delivery.value + "\n"));
  return status;
}

}  // namespace sm::smmtasts
