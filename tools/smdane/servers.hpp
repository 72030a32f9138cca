// What each authoritative server says of one record, asked directly and all at a time.
#pragma once

#include <string>
#include <vector>

#include "dns/authority.hpp"

namespace sm::smdane {

struct ServerAnswer {
  dns::Name server;
  std::string address;
  dns::Answer answer;
};

// One for each address of each server, in their order.
std::vector<ServerAnswer> ask_servers(const dns::Authority& authority, const dns::Name& name, dns::Type type);

}  // namespace sm::smdane
