#include "vks/exchange.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/value.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::vks {
namespace {

constexpr json::ReadLimits receipt_limits{.bytes = max_receipt, .depth = 4};
constexpr std::size_t max_complaint = 200;  // bytes

constexpr std::array states = {
    std::pair{AddressStatus::unpublished, std::string_view("unpublished")},
    std::pair{AddressStatus::pending, std::string_view("pending")},
    std::pair{AddressStatus::published, std::string_view("published")},
    std::pair{AddressStatus::revoked, std::string_view("revoked")},
};

Unexpected bad_receipt(std::string_view why) {
  return fail(ErrorKind::data, "vks.receipt",
              "the server's answer is not that of a validating key server: " + std::string(why));
}

}  // namespace

std::string_view name_of(AddressStatus status) {
  return std::ranges::find(states, status, [](const auto& state) { return state.first; })->second;
}

std::string upload_request(std::string_view keytext) {
  return json::write(json::object({{"keytext", keytext}}));
}

std::string verify_request(std::string_view token, const std::vector<std::string>& addresses) {
  json::Array list(addresses.begin(), addresses.end());
  return json::write(json::object({{"token", token}, {"addresses", std::move(list)}}));
}

Result<Receipt> read_receipt(std::string_view body, const Fingerprint& fingerprint) {
  const auto value = json::read(body, receipt_limits);
  if (!value) return bad_receipt(value.error().message);
  const std::string* const of = value->text("key_fpr");
  const std::string* const token = value->text("token");
  const json::Value* const status = value->find("status");
  if (!of) return bad_receipt("no key_fpr");
  if (!token || token->empty() || token->size() > max_token) return bad_receipt("no token");
  if (!status || !status->object()) return bad_receipt("no status");
  if (status->object()->size() > max_addresses) return bad_receipt("too many addresses");
  if (!equal_ignoring_case(*of, fingerprint)) {
    return fail(ErrorKind::data, "vks.other-certificate", "the server answered for another certificate than was sent");
  }
  Receipt receipt{.fingerprint = fingerprint, .token = *token, .addresses = {}};
  for (const auto& [address, name] : *status->object()) {
    const std::string* const text = name.string();
    const auto* const state =
        std::ranges::find_if(states, [&](const auto& one) { return text && one.second == *text; });
    if (state == states.end()) return bad_receipt("an address in a state that nobody knows");
    receipt.addresses.push_back({address, state->first});
  }
  // Servers keep them in no order.
  std::ranges::sort(receipt.addresses, {}, &AddressState::address);
  return receipt;
}

std::string read_complaint(std::string_view body) {
  const auto value = json::read(body, receipt_limits);
  const std::string* const text = value ? value->text("error") : nullptr;
  return text ? text->substr(0, max_complaint) : std::string();
}

}  // namespace sm::vks
