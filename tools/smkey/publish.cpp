#include <algorithm>

#include "base/limits.hpp"
#include "cli/sibling.hpp"
#include "commands.hpp"
#include "crypto/armor.hpp"
#include "json/line.hpp"
#include "mime/address.hpp"
#include "own_key.hpp"
#include "text/printable.hpp"

namespace sm::smkey {
namespace {

constexpr std::size_t longest_answer = 1u << 20;  // bytes

// What is said to the server, and of which addresses.
struct Publication {
  std::vector<std::string> user_ids;
  std::vector<std::string> addresses;
};

// Of the user IDs that are valid those with an address, or with one of those that are named: one without an address
// can't be verified, and would be given away for nothing.
Result<Publication> choose(cli::Context& context, const OwnKey& key) {
  std::vector<std::string> wanted;
  for (const std::string& given : context.values("address")) {
    auto address = mime::parse_address(given);
    if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + given);
    wanted.push_back(std::move(*address));
  }
  Publication chosen;
  for (const UserId& user_id : key.info.user_ids) {
    // One that was revoked must be known there as such, or the server goes on handing it out.
    const auto address = user_id.valid || user_id.revoked ? mime::user_id_address(user_id.text) : std::nullopt;
    if (!address || (!wanted.empty() && std::ranges::find(wanted, *address) == wanted.end())) continue;
    chosen.user_ids.push_back(user_id.text);
    if (!user_id.valid) continue;
    if (std::ranges::find(chosen.addresses, *address) == chosen.addresses.end()) chosen.addresses.push_back(*address);
  }
  for (const std::string& address : wanted) {
    if (std::ranges::find(chosen.addresses, address) == chosen.addresses.end())
      return fail(ErrorKind::key, "id.unknown", key.fingerprint + " has no valid user ID of " + address);
  }
  if (chosen.user_ids.empty())
    return fail(ErrorKind::key, "smkey.publish", key.fingerprint + " has no user ID with an address",
                "smkey uid add gives it one");
  return chosen;
}

using Statuses = std::vector<std::pair<std::string, std::string>>;  // address as the server writes it, status

Result<Statuses> read_statuses(std::string_view answer) {
  const auto unreadable = [] { return fail(ErrorKind::data, "smkey.publish", "smvks's answer can't be read"); };
  const auto document = json::read(answer.substr(0, answer.find('\n')));
  if (!document) return unreadable();
  const json::Value* const addresses = document->find("addresses");
  if (!addresses || !addresses->array()) return unreadable();
  Statuses statuses;
  for (const json::Value& one : *addresses->array()) {
    const std::string* const address = one.text("address");
    const std::string* const status = one.text("status");
    if (!address || !status) return unreadable();
    statuses.emplace_back(*address, *status);
  }
  return statuses;
}

Result<Statuses> run(cli::Context& context, const std::vector<std::string>& words, std::string_view certificate) {
  std::vector<std::string> command = cli::sibling("smvks", context, true);
  if (const auto server = context.value("server")) command.push_back("--server=" + *server);
  command.insert(command.end(), words.begin(), words.end());
  const auto said = SM_TRY(cli::converse(command, certificate, longest_answer));
  if (said.status != 0) return cli::sibling_failure("smvks", "smkey.publish", said);
  return read_statuses(said.output.view());
}

}  // namespace

Result<int> publish(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  // Certificates of others are theirs to publish: the mails would go to them.
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments().front()));
  const Publication chosen = SM_TRY(choose(context, key));
  const std::string certificate =
      armor(ArmorKind::public_key, SM_TRY(session->reader->strip(key.certificate, chosen.user_ids, true)));

  Statuses statuses = SM_TRY(run(context, {"upload", "--json", "-"}, certificate));
  std::vector<std::string> request{"request-verify", "--json", "--", "-"};
  const auto is_open = [](const auto& one) { return one.second == "unpublished" || one.second == "pending"; };
  if (std::ranges::any_of(statuses, is_open)) {
    // The server writes a domain in A-labels, and a user ID may have it in Unicode: smvks knows which are the same, and
    // passes over what is published.
    for (const std::string& address : chosen.addresses) {
      const auto same = std::ranges::find(statuses, address, [](const auto& one) { return one.first; });
      if (same == statuses.end() || is_open(*same)) request.push_back(address);
    }
  }
  constexpr std::size_t without_addresses = 4;
  if (request.size() > without_addresses) statuses = SM_TRY(run(context, request, certificate));

  if (context.quiet()) return 0;
  json::Array addresses;
  std::string text;
  for (const auto& [address, status] : statuses) {
    addresses.emplace_back(json::Object{{"address", address}, {"status", status}});
    text.append(printable(status)).append("  ").append(printable(address)).append("\n");
  }
  if (context.json())
    text = json_line("smkey.publish/1",
                     json::Object{{"fingerprint", key.fingerprint}, {"addresses", std::move(addresses)}});
  SM_TRY(context.print(text));
  return 0;
}

}  // namespace sm::smkey
