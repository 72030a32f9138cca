#include "servers.hpp"

#include <algorithm>
#include <memory>

#include "backend/cares/resolver.hpp"

namespace sm::smdane {

std::vector<ServerAnswer> ask_servers(const dns::Authority& authority, const dns::Name& name, dns::Type type) {
  std::vector<ServerAnswer> answers;
  for (const dns::NameServer& server : authority.servers)
    for (const std::string& address : server.addresses) answers.push_back({server.name, address, {}});
  std::vector<std::unique_ptr<dns::Resolver>> resolvers;
  for (ServerAnswer& one : answers) {
    resolvers.push_back(cares::make_resolver({.servers = {{.address = one.address}}}));
    resolvers.back()->ask({.name = name, .type = type}, [&one](dns::Answer answer) { one.answer = std::move(answer); });
  }
  std::vector<Pollable*> them;
  them.reserve(resolvers.size());
  for (const auto& resolver : resolvers) them.push_back(resolver.get());
  std::vector<pollfd> polled;
  for (; std::ranges::any_of(them, [](const Pollable* one) { return one->open() != 0; }); polled.clear())
    turn(them, polled);
  return answers;
}

}  // namespace sm::smdane
