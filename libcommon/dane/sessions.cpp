#include "dane/sessions.hpp"

#include <utility>

namespace sm::dane {
namespace {

std::string address_key(const net::Address& address) {
  const std::size_t size = address.family == net::Address::Family::v4 ? 4 : 16;
  return {reinterpret_cast<const char*>(address.octets.data()), size};
}

std::string key_of(const net::ProbeTarget& target) {
  return address_key(target.address) + '\0' + std::to_string(target.port) + '\0' + target.server_name + '\0' +
         std::string(name_of(target.key)) + '\0' + std::string(name_of(target.protocol));
}

}  // namespace

void Sessions::ask(const net::ProbeTarget& target, Callback done) {
  const auto [entry, is_new] = entries_.try_emplace(key_of(target));
  if (entry->second.seen) return done(entry->second.seen);
  entry->second.waiting.push_back(std::move(done));
  if (!is_new) return;
  const std::string address = address_key(target.address);
  queues_[address].waiting.push_back(target);
  start(address);
}

void Sessions::start(const std::string& address) {
  const auto found = queues_.find(address);
  if (found == queues_.end()) return;
  Queue& queue = found->second;
  while (queue.open < connections_per_address && !queue.waiting.empty()) {
    if (open_ >= max_connections) {
      blocked_.push_back(address);
      return;
    }
    ++queue.open;
    ++open_;
    net::ProbeTarget target = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    probe_.ask(target, [this, target](net::ProbeResult result) { finish(target, std::move(result)); });
  }
  if (queue.open == 0) queues_.erase(found);
}

void Sessions::start_blocked() {
  while (open_ < max_connections && !blocked_.empty()) {
    const std::string address = std::move(blocked_.front());
    blocked_.pop_front();
    start(address);
  }
}

void Sessions::finish(const net::ProbeTarget& target, net::ProbeResult result) {
  const std::string address = address_key(target.address);
  --queues_.at(address).open;
  --open_;
  start(address);
  start_blocked();
  Entry& entry = entries_.at(key_of(target));
  entry.seen = std::make_shared<const net::ProbeResult>(std::move(result));
  const Seen seen = entry.seen;  // the callbacks may ask for more
  for (const Callback& done : std::exchange(entry.waiting, {})) done(seen);
}

}  // namespace sm::dane
