// Policy files and addresses of a Web Key Directory: nothing crashes, what is read fits its limits, and an address
// makes a URL that reads the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wkd/address.hpp"
#include "wkd/lower_case.hpp"
#include "wkd/policy.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

sm::Result<std::string> refuse(std::string_view name) {
  return sm::fail(sm::ErrorKind::data, "dns.bad-idn", std::string(name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const sm::wkd::Policy policy = sm::wkd::parse_policy(input);
  require(policy.remarks.size() <= sm::wkd::max_remarks);
  for (const auto& remark : policy.remarks) require(remark.line > 0 && remark.text.size() < 200);
  const auto address = sm::wkd::parse_address(input, refuse);
  if (!address) return 0;
  require(sm::wkd::is_hash(sm::wkd::hash(address->local)));
  require(sm::wkd::unicode_lower(address->local).size() <= 2 * address->local.size());
  for (const auto method : {sm::wkd::Method::advanced, sm::wkd::Method::direct}) {
    const sm::net::Url url = sm::wkd::key_url(method, *address);
    const auto again = sm::net::parse_url(url.text());
    require(again && *again == url);
    require(sm::net::decode_percent(url.query.substr(2)) == address->local);
  }
  return 0;
}
