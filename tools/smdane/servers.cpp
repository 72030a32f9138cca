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
  const auto is_open = [](const auto& resolver) { return resolver->open() != 0; };
  std::vector<pollfd> polled;
  while (std::ranges::any_of(resolvers, is_open)) {
    polled.clear();
    int wait = -1;
    for (const auto& resolver : resolvers) {
      resolver->add_descriptors(polled);
      if (const int other = resolver->timeout(); other >= 0) wait = wait < 0 ? other : std::min(wait, other);
    }
    if (poll(polled.data(), polled.size(), wait) < 0)
      for (pollfd& entry : polled) entry.revents = 0;
    for (const auto& resolver : resolvers) resolver->process(polled);
  }
  return answers;
}

}  // namespace sm::smdane
