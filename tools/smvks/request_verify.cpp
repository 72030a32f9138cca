#include <algorithm>

#include "backend/idn/idn.hpp"
#include "commands.hpp"
#include "session.hpp"

namespace sm::smvks {
namespace {

// Which of the addresses in the receipt are meant, and not published yet.
Result<std::vector<std::string>> wanted_addresses(cli::Context& context, const std::vector<std::string>& asked,
                                                  const vks::Receipt& receipt) {
  std::vector<std::string> wanted;
  for (const std::string& address : asked) {
    const auto found = std::ranges::find_if(receipt.addresses, [&](const vks::AddressState& one) {
      const auto canonical = vks::canonical_address(one.address, idn::to_ascii);
      return canonical && *canonical == address;
    });
    if (found == receipt.addresses.end()) {
      return fail(ErrorKind::key, "smvks.address",
                  "the certificate " + receipt.fingerprint + " has no user ID with the address " + address);
    }
    if (found->status == vks::AddressStatus::revoked)
      return fail(ErrorKind::key, "smvks.address", "the user ID with the address " + address + " is revoked");
    if (found->status == vks::AddressStatus::published)
      context.note(address + " is published already");
    else if (std::ranges::find(wanted, found->address) == wanted.end())
      wanted.push_back(found->address);
  }
  return wanted;
}

}  // namespace

Result<int> request_verify(cli::Context& context) {
  std::vector<std::string> asked;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    auto address = SM_TRY(vks::canonical_address(context.arguments()[i], idn::to_ascii));
    asked.push_back(std::move(address));
  }
  const vks::Upload what = SM_TRY(read_certificate(context, 0));
  Session session = SM_TRY(Session::open(context));
  vks::Receipt receipt = SM_TRY(session.server.upload(what));
  const auto wanted = SM_TRY(wanted_addresses(context, asked, receipt));
  if (!wanted.empty()) receipt = SM_TRY(session.server.request_verify(receipt, wanted));
  SM_TRY(report(context, "smvks.request-verify/1", receipt));
  return 0;
}

}  // namespace sm::smvks
