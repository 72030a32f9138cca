// What any program must do that looks up many TLSA records by c-ares: dns-floor SERVER <NAMES asks SERVER's port 53 for
// the TLSA records of each line, AD wanted, with 100 in flight, and prints how many answers have AD and data. Nothing
// else is read of them.
#include <ares.h>
#include <arpa/inet.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

constexpr int window = 100;
constexpr int type_tlsa = 52;

ares_channel channel;
int open_queries = 0;
long secure = 0;
unsigned short next_id = 1;

void take(void*, int status, int, unsigned char* answer, int size) {
  --open_queries;
  if (status == ARES_SUCCESS && size > 12 && (answer[3] & 0x2F) == 0x20 && (answer[6] | answer[7]) != 0) ++secure;
}

void send_next(const std::string& name) {
  unsigned char* query = nullptr;
  int size = 0;
  if (ares_create_query(name.c_str(), 1, type_tlsa, next_id++, 1, &query, &size, 1232) != ARES_SUCCESS) std::exit(1);
  query[3] |= 0x20;
  ++open_queries;
  ares_send(channel, query, size, take, nullptr);
  ares_free_string(query);
}

}  // namespace

int main(int argc, char** argv) {
  ares_options options = {};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
  in_addr server = {};
  if (argc != 2 || inet_pton(AF_INET, argv[1], &server) != 1) return 64;
  options.servers = &server;
  options.nservers = 1;
  if (ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_SERVERS) != ARES_SUCCESS) return 1;
  std::string name;
  bool more = true;
  while (more || open_queries != 0) {
    while (more && open_queries < window) {
      more = static_cast<bool>(std::getline(std::cin, name));
      if (more) send_next(name);
    }
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int mask = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    pollfd polled[ARES_GETSOCK_MAXNUM];
    nfds_t count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i)
      if (ARES_GETSOCK_READABLE(mask, i)) polled[count++] = {sockets[i], POLLIN, 0};
    timeval most = {1, 0}, left = {};
    const timeval* const wait = ares_timeout(channel, &most, &left);
    poll(polled, count, static_cast<int>(wait->tv_sec * 1000 + wait->tv_usec / 1000));
    for (nfds_t i = 0; i < count; ++i)
      ares_process_fd(channel, polled[i].revents ? polled[i].fd : ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (count == 0) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  std::printf("%ld\n", secure);
  ares_destroy(channel);
  return 0;
}
