#include "backend/curl/client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <map>
#include <new>

#include "backend/curl/exchange.hpp"
#include "dns/rdata.hpp"
#include "io/descriptor.hpp"

namespace sm::curl {
namespace {

using Time = Exchange::Time;
using Shared = std::shared_ptr<Exchange>;
using std::chrono::milliseconds;

constexpr milliseconds longest_wait{60'000};

Time now() {
  return std::chrono::steady_clock::now();
}

// Rounded up: to wake too early would be to spin.
milliseconds until(Time then) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(then - now()));
}

// libcurl counts how often this is done.
struct Library {
  Library() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { curl_global_cleanup(); }
};

// A host's addresses while our own resolver is asked for them.
struct LookUp {
  std::vector<net::Address> addresses;
  int to_come = 0;
  std::optional<std::string> failure;

  void take(const dns::Answer& answer) {
    --to_come;
    for (const dns::Aaaa& one : answer.data<dns::Aaaa>()) addresses.push_back(net::make_address(one.address));
    for (const dns::A& one : answer.data<dns::A>()) addresses.push_back(net::make_address(one.address));
    if (answer.outcome == dns::Outcome::failed)
      failure = answer.reason.empty() ? std::string(name_of(answer.failure)) : answer.reason;
  }
};

class Client final : public net::HttpClient {
 public:
  explicit Client(Settings settings) : settings_(std::move(settings)), multi_(curl_multi_init()) {
    if (!multi_) throw std::bad_alloc();
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Client::watch_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Client::set_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  }

  ~Client() override {
    for (const Shared& exchange : active_)
      if (exchange->handle()) curl_multi_remove_handle(multi_.get(), exchange->handle());
  }

  void start(net::Request request, net::HttpCallback done) override {
    waiting_.push_back(std::make_shared<Exchange>(std::move(request), std::move(done)));
  }

  std::size_t open() const override { return waiting_.size() + active_.size() + ended_.size(); }

  void add_descriptors(std::vector<pollfd>& polled) override {
    for (const auto& [fd, events] : sockets_) polled.push_back({.fd = fd, .events = events, .revents = 0});
    if (settings_.resolver) settings_.resolver->add_descriptors(polled);
  }

  int timeout() const override {
    if (open() == 0) return -1;
    if (!ended_.empty() || has_room()) return 0;
    milliseconds wait = longest_wait;
    if (timer_) wait = std::min(wait, until(*timer_));
    if (const int other = settings_.resolver ? settings_.resolver->timeout() : -1; other >= 0)
      wait = std::min(wait, milliseconds(other));
    return static_cast<int>(wait.count());
  }

  void process(std::span<const pollfd> polled) override {
    if (settings_.resolver) settings_.resolver->process(polled);
    while (has_room()) {
      const Shared exchange = std::move(waiting_.front());
      waiting_.pop_front();
      active_.push_back(exchange);
      exchange->deadline = now() + exchange->request.timeout;
      launch(exchange);
    }
    work(polled);
    reap();
    // What a callback starts is for the next call.
    for (std::size_t count = ended_.size(); count > 0; --count) {
      const auto [exchange, result] = std::move(ended_.front());
      ended_.pop_front();
      exchange->done(std::move(*result));
    }
  }

 private:
  bool has_room() const { return !waiting_.empty() && active_.size() < settings_.window; }

  void end(const Shared& exchange, Result<net::Response> result) {
    ended_.emplace_back(exchange, std::make_unique<Result<net::Response>>(std::move(result)));
    std::erase(active_, exchange);
  }

  // At the beginning, and again where a redirect leads.
  void launch(const Shared& exchange) {
    if (auto fine = exchange->check(settings_); !fine) return end(exchange, Unexpected{std::move(fine).error()});
    if (exchange->needs_look_up(settings_))
      look_up(exchange);
    else
      begin(exchange, {});
  }

  void look_up(const Shared& exchange) {
    const auto name = dns::Name::parse(exchange->request.url.host);
    if (!name) return end(exchange, Unexpected{name.error()});
    const auto found = std::make_shared<LookUp>();
    const auto ask = [&](dns::Type type) {
      ++found->to_come;
      // The exchange may be gone when the answer comes, and this client with it.
      const auto take = [this, weak = std::weak_ptr(exchange), found](const dns::Answer& answer) {
        found->take(answer);
        const Shared still = weak.lock();
        if (still && found->to_come == 0) looked_up(still, *found);
      };
      settings_.resolver->ask({.name = *name, .type = type, .timeout = until(exchange->deadline)}, take);
    };
    if (settings_.version != Settings::Version::v4) ask(dns::Type::aaaa);
    if (settings_.version != Settings::Version::v6) ask(dns::Type::a);
  }

  void looked_up(const Shared& exchange, const LookUp& found) {
    if (!found.addresses.empty()) return begin(exchange, found.addresses);
    const std::string& host = exchange->request.url.host;
    if (!found.failure)
      return end(exchange, fail(ErrorKind::temporary, "net.no-host", host + " has no address in the DNS"));
    end(exchange, fail(ErrorKind::temporary, "net.resolve", host + " can't be looked up: " + *found.failure));
  }

  void begin(const Shared& exchange, const std::vector<net::Address>& addresses) {
    exchange->begin(settings_, addresses);
    if (curl_multi_add_handle(multi_.get(), exchange->handle()) != CURLM_OK) throw std::bad_alloc();
  }

  void work(std::span<const pollfd> polled) {
    int running = 0;
    for (const pollfd& entry : polled) {
      if (entry.revents == 0 || !sockets_.contains(entry.fd)) continue;
      const int what = ((entry.revents & POLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((entry.revents & POLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((entry.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_.get(), entry.fd, what, &running);
    }
    if (timer_ && *timer_ <= now()) {
      timer_.reset();
      curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    }
  }

  void reap() {
    int rest = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &rest)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = std::ranges::find(active_, message->easy_handle, &Exchange::handle);
      const Shared exchange = *found;
      curl_multi_remove_handle(multi_.get(), exchange->handle());
      auto result = exchange->end(code);
      if (result && follows(*exchange, *result))
        launch(exchange);
      else
        end(exchange, std::move(result));
    }
  }

  // Turns the request into one for where a redirect leads, if it may.
  static bool follows(Exchange& exchange, const net::Response& response) {
    net::Request& request = exchange.request;
    if (!request.may_follow || (request.method != net::Method::get && request.method != net::Method::head))
      return false;
    const auto to = response.redirect();
    if (!to || exchange.redirects == net::redirect_limit || !request.may_follow(request.url, *to)) return false;
    ++exchange.redirects;
    request.url = *to;
    request.credentials = nullptr;
    request.named = false;
    return true;
  }

  static int watch_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& sockets = static_cast<Client*>(self)->sockets_;
    if (what == CURL_POLL_REMOVE) {
      sockets.erase(fd);
    } else {
      sockets[fd] = static_cast<short>((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    }
    return 0;
  }

  static int set_timer(CURLM*, long timeout, void* self) {
    auto& timer = static_cast<Client*>(self)->timer_;
    timer.reset();
    if (timeout >= 0) timer = now() + milliseconds(timeout);
    return 0;
  }

  Settings settings_;
  Library library_;
  std::map<int, short> sockets_;  // descriptor → what to poll for
  std::optional<Time> timer_;
  // The exchanges' handles belong to it while they are active: they go after it has let them go.
  Handle<CURLM, curl_multi_cleanup> multi_;
  std::deque<Shared> waiting_;
  std::vector<Shared> active_;
  std::deque<std::pair<Shared, std::unique_ptr<Result<net::Response>>>> ended_;
};

}  // namespace

Result<std::unique_ptr<net::HttpClient>> make_client(Settings settings) {
  if (!settings.ca_file.empty()) {
    if (auto file = open_input(settings.ca_file); !file) {
      file.error().code = "net.cafile";
      return Unexpected{std::move(file).error()};
    }
  }
  if (settings.rule && settings.proxy && settings.proxy->kind == net::Proxy::Kind::https)
    return fail(ErrorKind::usage, "net.bad-proxy", "a proxy that is asked by https does not serve here",
                "use one of http:// or socks5h://");
  return std::unique_ptr<net::HttpClient>(std::make_unique<Client>(std::move(settings)));
}

}  // namespace sm::curl
