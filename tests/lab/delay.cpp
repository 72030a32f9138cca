// lab-delay MS CHAIN RESOLVER|- <DOMAINS: many mail domains whose every DNS answer and every SMTP reply comes after so
// many milliseconds, from one process, so that what a client's own time is can be told from waiting.
//
// DOMAINS are lines "domain address [dead]". Each domain has an MX mx.<domain> with that IPv4 address and, at
// _25._tcp.mx.<domain>, a TLSA record 3 1 1 of the certificate in CHAIN.pem (its key is in CHAIN.key). Port 25 of each
// address is an SMTP server with STARTTLS; a dead one drops every SYN. RESOLVER is an address whose port 53 answers for
// all these names, with AD to whoever asks for it: for a resolv.conf with trust-ad. With "-" there is none, and the
// names are those of the laboratory's own zones. It returns when everything listens, and goes on in the background
// until the laboratory ends.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "lab-delay: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

long long now_us() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<long long>(time.tv_sec) * 1000000 + time.tv_nsec / 1000;
}

sockaddr_in address_of(const std::string& text, uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) fail("no address: " + text);
  return address;
}

int bound_socket(const std::string& text, uint16_t port, int type) {
  const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  const sockaddr_in address = address_of(text, port);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind " + text);
  return fd;
}

// Answers to the questions about the domains. Names are in lower case, without the last dot.
class Zone {
 public:
  explicit Zone(std::string spki_digest) : digest_(std::move(spki_digest)) {}

  void add(const std::string& domain, const std::string& address) {
    const std::string host = "mx." + domain;
    const in_addr ip = address_of(address, 0).sin_addr;
    records_[domain] = {15, std::string("\0\12", 2) + wire(host)};
    records_[host] = {1, std::string(reinterpret_cast<const char*>(&ip), 4)};
    records_["_25._tcp." + host] = {52, std::string("\3\1\1", 3) + digest_};
  }

  // Empty where the query is none.
  std::string answer(const std::string& query) const {
    if (query.size() < 17) return {};
    std::string name;
    size_t at = 12;
    while (at < query.size() && query[at] != 0) {
      const auto length = static_cast<unsigned char>(query[at]);
      if (length > 63 || at + 1 + length >= query.size()) return {};
      if (!name.empty()) name += '.';
      for (size_t i = 1; i <= length; i++)
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(query[at + i])));
      at += 1 + length;
    }
    if (at + 5 > query.size()) return {};
    const int type = static_cast<unsigned char>(query[at + 1]) << 8 | static_cast<unsigned char>(query[at + 2]);
    const std::string question = query.substr(12, at + 5 - 12);
    const bool edns = query[11] != 0 && query.size() >= at + 5 + 11;
    const bool wants_dnssec = edns && (query[at + 5 + 7] & 0x80) != 0;
    const bool ad = wants_dnssec || (query[3] & 0x20) != 0;

    const auto found = records_.find(name);
    const bool has = found != records_.end() && found->second.type == type;
    // That the root is signed is how a client may learn that this resolver validates.
    const bool root = name.empty() && type == 2;
    const bool there = found != records_.end() || root || name.rfind("_tcp.", 0) == 0;
    std::string out = query.substr(0, 2);
    out += static_cast<char>(0x81);
    out += static_cast<char>(0x80 | (ad ? 0x20 : 0) | (query[3] & 0x10) | (there ? 0 : 3));
    out += std::string("\0\1\0", 3) + static_cast<char>(has || root ? 1 : 0);
    out += std::string("\0", 1) + static_cast<char>(has || root ? 0 : 1);
    out += std::string("\0", 1) + static_cast<char>(edns ? 1 : 0);
    out += question;
    if (has) out += record(std::string("\300\14", 2), type, found->second.data);
    if (root) out += record(std::string(1, '\0'), 2, wire("ns.test"));
    if (!has && !root)
      out += record(wire("test"), 6, wire("ns.test") + wire("hostmaster.test") + std::string(19, '\0') + '\x3c');
    if (edns)
      out += std::string("\0\0\51\4\320\0\0", 7) + static_cast<char>(wants_dnssec ? 0x80 : 0) + std::string(3, '\0');
    return out;
  }

 private:
  struct Record {
    int type = 0;
    std::string data;
  };

  static std::string wire(const std::string& name) {
    std::string out;
    std::istringstream labels(name);
    for (std::string label; std::getline(labels, label, '.');) out += static_cast<char>(label.size()) + label;
    return out + '\0';
  }

  // With a TTL of 300.
  static std::string record(const std::string& owner, int type, const std::string& data) {
    std::string out = owner + '\0' + static_cast<char>(type) + std::string("\0\1\0\0\1\54\0", 7);
    return out + static_cast<char>(data.size()) + data;
  }

  std::string digest_;
  std::unordered_map<std::string, Record> records_;
};

struct Connection {
  int fd = -1;
  SSL* ssl = nullptr;
  bool handshaking = false;
  std::string input;
};

enum class Then { nothing, start_tls, close };

// What is to be sent when its time has come: to a connection, or where connection is 0 to a peer of the resolver.
struct Pending {
  long long due = 0;
  uint64_t connection = 0;
  sockaddr_in peer = {};
  std::string octets;
  Then then = Then::nothing;
};

class Server {
 public:
  Server(long long delay_us, SSL_CTX* tls, const Zone& zone) : delay_(delay_us), tls_(tls), zone_(zone) {}

  void listen_on(const std::string& address) {
    const int fd = bound_socket(address, 25, SOCK_STREAM);
    if (listen(fd, 1024) != 0) fail("listen " + address);
    listeners_.push_back(fd);
  }

  // With one connection in a queue that has room for none the kernel drops every further SYN.
  void play_dead(const std::string& address) {
    const int fd = bound_socket(address, 25, SOCK_STREAM);
    const sockaddr_in to = address_of(address, 25);
    const int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listen(fd, 0) != 0 || connect(filler, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      fail("dead " + address);
  }

  void resolve_on(const std::string& address) {
    resolver_ = bound_socket(address, 53, SOCK_DGRAM);
    const int size = 4 << 20;
    if (setsockopt(resolver_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
      setsockopt(resolver_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }

  [[noreturn]] void run() {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    for (const int fd : listeners_) watch(fd, kListener | static_cast<uint64_t>(fd));
    if (resolver_ >= 0) watch(resolver_, kResolver);
    for (;;) {
      int wait = -1;
      if (!pending_.empty()) {
        const long long left = pending_.front().due - now_us();
        wait = left <= 0 ? 0 : static_cast<int>((left + 999) / 1000);
      }
      epoll_event events[256];
      const int count = epoll_wait(poll_, events, 256, wait);
      for (int i = 0; i < count; i++) {
        const uint64_t what = events[i].data.u64;
        if (what == kResolver) {
          queries();
        } else if ((what & kListener) != 0) {
          connections(static_cast<int>(what & ~kListener));
        } else {
          readable(what);
        }
      }
      while (!pending_.empty() && pending_.front().due <= now_us()) {
        const Pending next = std::move(pending_.front());
        pending_.pop_front();
        send_now(next);
      }
    }
  }

 private:
  static constexpr uint64_t kListener = uint64_t{1} << 63;
  static constexpr uint64_t kResolver = uint64_t{1} << 62;

  void watch(int fd, uint64_t what) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u64 = what;
    if (epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll");
  }

  // All wait equally long, so that the queue is in the order of time.
  void later(Pending what) {
    what.due = now_us() + delay_;
    if (delay_ == 0) {
      send_now(what);
    } else {
      pending_.push_back(std::move(what));
    }
  }

  void queries() {
    char buffer[4096];
    for (;;) {
      Pending reply;
      socklen_t size = sizeof reply.peer;
      const ssize_t count =
          recvfrom(resolver_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&reply.peer), &size);
      if (count < 0) return;
      reply.octets = zone_.answer(std::string(buffer, static_cast<size_t>(count)));
      if (!reply.octets.empty()) later(std::move(reply));
    }
  }

  void connections(int listener) {
    for (;;) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const uint64_t id = ++last_;
      open_[id].fd = fd;
      watch(fd, id);
      say(id, "220 mx.test ESMTP\r\n");
    }
  }

  void say(uint64_t id, const char* text, Then then = Then::nothing) {
    Pending reply;
    reply.connection = id;
    reply.octets = text;
    reply.then = then;
    later(std::move(reply));
  }

  void send_now(const Pending& what) {
    if (what.connection == 0) {
      sendto(resolver_, what.octets.data(), what.octets.size(), 0, reinterpret_cast<const sockaddr*>(&what.peer),
             sizeof what.peer);
      return;
    }
    const auto found = open_.find(what.connection);
    if (found == open_.end()) return;
    Connection& to = found->second;
    // Replies are short: a socket that was just opened has room for all of them.
    if (to.ssl != nullptr) {
      SSL_write(to.ssl, what.octets.data(), static_cast<int>(what.octets.size()));
    } else {
      send(to.fd, what.octets.data(), what.octets.size(), MSG_NOSIGNAL);
    }
    if (what.then == Then::start_tls) {
      to.ssl = SSL_new(tls_);
      SSL_set_fd(to.ssl, to.fd);
      to.handshaking = true;
    }
    if (what.then == Then::close) {
      if (to.ssl != nullptr) SSL_shutdown(to.ssl);
      drop(what.connection);
    }
  }

  void drop(uint64_t id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    SSL_free(found->second.ssl);
    close(found->second.fd);
    open_.erase(found);
  }

  void readable(uint64_t id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    Connection& from = found->second;
    ERR_clear_error();
    if (from.handshaking) {
      const int done = SSL_accept(from.ssl);
      if (done != 1) {
        if (SSL_get_error(from.ssl, done) != SSL_ERROR_WANT_READ) drop(id);
        return;
      }
      from.handshaking = false;
    }
    char buffer[4096];
    for (;;) {
      const ssize_t count =
          from.ssl != nullptr ? SSL_read(from.ssl, buffer, sizeof buffer) : recv(from.fd, buffer, sizeof buffer, 0);
      if (count <= 0) {
        const bool more = from.ssl != nullptr ? SSL_get_error(from.ssl, static_cast<int>(count)) == SSL_ERROR_WANT_READ
                                              : count < 0 && errno == EAGAIN;
        if (!more) {
          drop(id);
          return;
        }
        break;
      }
      from.input.append(buffer, static_cast<size_t>(count));
    }
    for (size_t end; (end = from.input.find('\n')) != std::string::npos;) {
      const std::string verb = from.input.substr(0, 4);
      from.input.erase(0, end + 1);
      command(id, verb, from.ssl != nullptr);
    }
  }

  void command(uint64_t id, std::string verb, bool encrypted) {
    for (char& c : verb) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (verb == "EHLO") {
      say(id, encrypted ? "250-mx.test\r\n250 8BITMIME\r\n" : "250-mx.test\r\n250-8BITMIME\r\n250 STARTTLS\r\n");
    } else if (verb == "STAR" && !encrypted) {
      say(id, "220 2.0.0 ready to start TLS\r\n", Then::start_tls);
    } else if (verb == "QUIT") {
      say(id, "221 2.0.0 bye\r\n", Then::close);
    } else {
      say(id, "250 2.0.0 ok\r\n");
    }
  }

  long long delay_;
  SSL_CTX* tls_;
  const Zone& zone_;
  int poll_ = -1;
  int resolver_ = -1;
  std::vector<int> listeners_;
  std::unordered_map<uint64_t, Connection> open_;
  uint64_t last_ = 0;
  std::deque<Pending> pending_;
};

// SHA-256 of the certificate's subjectPublicKeyInfo.
std::string spki_digest(SSL_CTX* tls) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(SSL_CTX_get0_certificate(tls)), &der);
  unsigned char digest[32];
  if (size < 0 || EVP_Digest(der, static_cast<size_t>(size), digest, nullptr, EVP_sha256(), nullptr) != 1)
    fail("certificate");
  OPENSSL_free(der);
  return std::string(reinterpret_cast<const char*>(digest), sizeof digest);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: lab-delay MS CHAIN RESOLVER|- <DOMAINS\n");
    return 64;
  }
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
  const std::string chain = argv[2];
  if (SSL_CTX_use_certificate_chain_file(tls, (chain + ".pem").c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(tls, (chain + ".key").c_str(), SSL_FILETYPE_PEM) != 1)
    fail("can't use " + chain);
  Zone zone(spki_digest(tls));
  Server server(std::atoll(argv[1]) * 1000, tls, zone);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string domain;
    std::string address;
    std::string state;
    words >> domain >> address >> state;
    zone.add(domain, address);
    if (state == "dead") {
      server.play_dead(address);
    } else {
      server.listen_on(address);
    }
  }
  if (std::strcmp(argv[3], "-") != 0) server.resolve_on(argv[3]);
  if (fork() != 0) _exit(0);
  setsid();
  server.run();
}
