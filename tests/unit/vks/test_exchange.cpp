#include "vks/exchange.hpp"

#include <doctest/doctest.h>

#include "json/value.hpp"

using namespace sm;
using namespace sm::vks;

namespace {

const std::string fingerprint = "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1";

std::string body(std::string_view status, std::string_view token = R"("t")") {
  return R"({"key_fpr":")" + fingerprint + R"(","status":)" + std::string(status) + R"(,"token":)" +
         std::string(token) + "}";
}

std::string code(std::string_view text) {
  const auto receipt = read_receipt(text, fingerprint);
  if (receipt) return "fine";
  CHECK(receipt.error().kind == ErrorKind::data);
  return receipt.error().code;
}

}  // namespace

TEST_CASE("vks/exchange: requests") {
  CHECK(upload_request("-----BEGIN\n\"\\") == R"({"keytext":"-----BEGIN\n\"\\"})");
  CHECK(verify_request("t", {"a@b", "c@d"}) == R"({"token":"t","addresses":["a@b","c@d"]})");
}

TEST_CASE("vks/exchange: receipts") {
  const auto receipt =
      read_receipt(body(R"({"d@x":"revoked","b@x":"published","a@x":"unpublished","c@x":"pending"})"), fingerprint);
  REQUIRE(receipt);
  CHECK(receipt->fingerprint == fingerprint);
  CHECK(receipt->token == "t");
  const std::vector<AddressState> expected{{"a@x", AddressStatus::unpublished},
                                           {"b@x", AddressStatus::published},
                                           {"c@x", AddressStatus::pending},
                                           {"d@x", AddressStatus::revoked}};
  CHECK(receipt->addresses == expected);
  for (const AddressState& one : receipt->addresses) CHECK(body("{}").find(name_of(one.status)) == std::string::npos);
  CHECK(name_of(AddressStatus::pending) == "pending");
  CHECK(code(body("{}")) == "fine");
  // Members that nobody knows are passed over; digits in either case.
  CHECK(code(R"({"new":[1],"key_fpr":"0af2ba89f9b5b1b8b3f2c0d4b3b0c0e6c4d6d9a1","token":"t","status":{}})") == "fine");
}

TEST_CASE("vks/exchange: what is no receipt") {
  CHECK(code("") == "vks.receipt");
  CHECK(code("<html>") == "vks.receipt");
  CHECK(code("[]") == "vks.receipt");
  CHECK(code("{}") == "vks.receipt");
  CHECK(code(body("{}", R"("")")) == "vks.receipt");
  CHECK(code(body("{}", "1")) == "vks.receipt");
  CHECK(code(body("[]")) == "vks.receipt");
  CHECK(code(body(R"({"a@x":"perhaps"})")) == "vks.receipt");
  CHECK(code(body(R"({"a@x":true})")) == "vks.receipt");
  CHECK(code(body(R"({"a@x":"pending","a@x":"published"})")) == "vks.receipt");
  CHECK(code(body("{}", "\"" + std::string(max_token + 1, 't') + "\"")) == "vks.receipt");
  CHECK(code(body(R"({"a@x":[[[[1]]]]})")) == "vks.receipt");
  std::string many;
  for (std::size_t i = 0; i <= max_addresses; ++i)
    many += (i == 0 ? "{\"" : ",\"") + std::to_string(i) + R"(@x":"pending")";
  CHECK(code(body(many + "}")) == "vks.receipt");
  CHECK(code(body("{}") + std::string(max_receipt, ' ')) == "vks.receipt");
  std::string other = body("{}");
  other[12] = 'F';
  CHECK(code(other) == "vks.other-certificate");
}

TEST_CASE("vks/exchange: what the server says of why not") {
  CHECK(read_complaint(R"({"error":"mending"})") == "mending");
  CHECK(read_complaint(R"({"error":")" + std::string(5000, 'x') + "\"}") == std::string(200, 'x'));
  for (const std::string_view other : {"", "mending", "{}", "[]", R"({"error":1})", R"({"error":{}})"})
    CHECK(read_complaint(other).empty());
}
