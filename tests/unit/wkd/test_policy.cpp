#include "wkd/policy.hpp"

#include <doctest/doctest.h>

using namespace sm::wkd;

TEST_CASE("wkd/policy: keywords") {
  const Policy empty = parse_policy("");
  CHECK(empty.remarks.empty());
  CHECK(!empty.mailbox_only);
  const Policy all = parse_policy(
      "# ours\r\nmailbox-only\r\ndane-only\nauth-submit\n\nprotocol-version: 13\nsubmission-address: key@example.org");
  CHECK(all.remarks.empty());
  CHECK(all.mailbox_only);
  CHECK(all.dane_only);
  CHECK(all.auth_submit);
  CHECK(all.protocol_version == 13);
  CHECK(all.submission_address == "key@example.org");
}

TEST_CASE("wkd/policy: what is not understood") {
  const Policy policy = parse_policy(
      "mailbox-only: yes\nMailbox-Only\nprotocol-version\nprotocol-version: x\nprotocol-version: 5\n"
      "submission-address: nobody\n<html>\nprotocol-version: 6\n");
  CHECK(policy.mailbox_only);
  CHECK(policy.protocol_version == 5);
  CHECK(!policy.submission_address);
  std::vector<std::size_t> lines;
  for (const auto& remark : policy.remarks) lines.push_back(remark.line);
  CHECK(lines == std::vector<std::size_t>{1, 2, 3, 4, 6, 7});
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "what\n";
  CHECK(parse_policy(many).remarks.size() == max_remarks);
}
