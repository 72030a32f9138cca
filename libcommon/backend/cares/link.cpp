#include "backend/cares/link.hpp"

#include <ares.h>
#include <arpa/inet.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/handle.hpp"

namespace sm::cares {
namespace {

// c-ares 1.18 keeps a channel's port as long as something is in flight: where others can send to us, that many queries
// share one (RFC 5452 §9.2).
constexpr unsigned queries_a_port = 100;

using ChannelHandle = Handle<ares_channeldata, ares_destroy>;

}  // namespace

struct Link::Channel {
  ChannelHandle handle;
  unsigned sent = 0;
  unsigned waiting = 0;
  bool retired = false;
  std::vector<Arrival>* arrived = nullptr;

  struct Sent {
    Channel* channel;
    std::uint64_t ticket;
  };

  // c-ares calls it once for each query, with ARES_EDESTRUCTION when the channel goes.
  static void take(void* argument, int status, int, unsigned char* bytes, int size) {
    const std::unique_ptr<Sent> sent(static_cast<Sent*>(argument));
    if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
    Channel& channel = *sent->channel;
    --channel.waiting;
    Arrival arrival{.ticket = sent->ticket};
    if (status == ARES_SUCCESS && bytes) {
      arrival.state = Arrival::State::answered;
      arrival.message.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    } else if (status != ARES_ETIMEOUT) {
      arrival.state = Arrival::State::unreachable;
    }
    channel.arrived->push_back(std::move(arrival));
  }
};

Link::Link(dns::Server server, std::chrono::milliseconds patience, std::vector<Arrival>& arrived)
    : server_(std::move(server)), patience_(patience), arrived_(arrived) {}

Link::~Link() = default;

Link::Channel* Link::channel(bool edns) {
  Channel*& current = current_[edns ? 1 : 0];
  if (current && current->sent >= queries_a_port && !dns::is_loopback(server_)) {
    current->retired = true;
    current = nullptr;
  }
  if (current) return current;

  ares_options options{};
  // Without EDNS, 1.18 cuts answers at 512 octets; with it, one FORMERR takes the last 11 octets off the query, an OPT
  // or not, and EDNS off the channel. Hence a channel of each kind.
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | (edns ? ARES_FLAG_EDNS : 0);
  options.timeout = static_cast<int>(patience_.count());
  options.tries = 1;
  options.ednspsz = 65535;
  std::string lookups = "b", nowhere = "/dev/null";
  options.lookups = lookups.data();
  options.resolvconf_path = nowhere.data();
  auto fresh = std::make_unique<Channel>();
  fresh->arrived = &arrived_;
  const int status = ares_init_options(out(fresh->handle), &options,
                                       ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                                           ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_RESOLVCONF);
  if (status == ARES_ENOMEM) throw std::bad_alloc();
  if (status != ARES_SUCCESS) return nullptr;
  ares_addr_port_node node{};
  node.udp_port = node.tcp_port = server_.port;
  node.family = inet_pton(AF_INET, server_.address.c_str(), &node.addr) == 1 ? AF_INET : AF_INET6;
  if (node.family == AF_INET6 && inet_pton(AF_INET6, server_.address.c_str(), &node.addr) != 1) return nullptr;
  if (ares_set_servers_ports(fresh->handle.get(), &node) != ARES_SUCCESS) return nullptr;
  current = fresh.get();
  channels_.push_back(std::move(fresh));
  return current;
}

void Link::send(std::string_view query, bool edns, std::uint64_t ticket) {
  Channel* const channel = this->channel(edns);
  if (!channel) {
    arrived_.push_back({.ticket = ticket, .state = Arrival::State::unreachable});
    return;
  }
  ++channel->sent;
  ++channel->waiting;
  ares_send(channel->handle.get(), reinterpret_cast<const unsigned char*>(query.data()), static_cast<int>(query.size()),
            Channel::take, new Channel::Sent{channel, ticket});
}

void Link::renew() {
  for (Channel*& current : current_) {
    if (current) current->retired = true;
    current = nullptr;
  }
}

void Link::add_descriptors(std::vector<pollfd>& polled) {
  for (const auto& channel : channels_) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int bits = ares_getsock(channel->handle.get(), sockets, ARES_GETSOCK_MAXNUM);
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short events = 0;
      if (ARES_GETSOCK_READABLE(bits, i)) events |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(bits, i)) events |= POLLOUT;
      if (events != 0) polled.push_back({.fd = sockets[i], .events = events, .revents = 0});
    }
  }
}

int Link::timeout() {
  long soonest = -1;
  for (const auto& channel : channels_) {
    timeval left{};
    if (channel->waiting == 0 || !ares_timeout(channel->handle.get(), nullptr, &left)) continue;
    const long milliseconds = left.tv_sec * 1000 + (left.tv_usec + 999) / 1000;
    if (soonest < 0 || milliseconds < soonest) soonest = milliseconds;
  }
  return static_cast<int>(soonest);
}

void Link::process(std::span<const pollfd> polled) {
  for (const auto& channel : channels_) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int bits = ares_getsock(channel->handle.get(), sockets, ARES_GETSOCK_MAXNUM);
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      if (!ARES_GETSOCK_READABLE(bits, i) && !ARES_GETSOCK_WRITABLE(bits, i)) continue;
      const auto entry =
          std::ranges::find_if(polled, [&](const pollfd& one) { return one.fd == sockets[i] && one.revents != 0; });
      if (entry == polled.end()) continue;
      const bool write = (entry->revents & POLLOUT) != 0;
      // An error shows itself when reading.
      const bool read = (entry->revents & ~POLLOUT) != 0;
      ares_process_fd(channel->handle.get(), read ? sockets[i] : ARES_SOCKET_BAD, write ? sockets[i] : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel->handle.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // time-outs
  }
  std::erase_if(channels_, [](const auto& channel) { return channel->retired && channel->waiting == 0; });
}

}  // namespace sm::cares
