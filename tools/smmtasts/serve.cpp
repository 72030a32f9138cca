#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backend/idn/idn.hpp"
#include "backend/tls/chain_verifier.hpp"
#include "base/ticks.hpp"
#include "cache_file.hpp"
#include "commands.hpp"
#include "io/atomic_file.hpp"
#include "metrics.hpp"
#include "mtasts/answers.hpp"
#include "mtasts/delivery.hpp"
#include "mtasts/next_hop.hpp"
#include "network.hpp"
#include "service/endpoint.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"
#include "socketmap/server.hpp"

namespace sm::smmtasts {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t window = 100;
constexpr milliseconds drain_limit{30'000};
constexpr milliseconds metrics_every{5'000};
constexpr rlim_t wanted_descriptors = 4096;
constexpr rlim_t own_descriptors = 300;  // of the network, the cache and the like

// A log that a flood of domains, or one who sends garbage, does not fill.
class Log {
 public:
  explicit Log(cli::Context& context) : context_(context) {}
  void say(std::string_view line) {
    const auto now = ticks_since_boot();
    if (now >= began_ + period) {
      if (left_out_ != 0)
        context_.warn(std::to_string(left_out_).append(" more lines like these within a minute were left out"));
      began_ = now;
      said_ = left_out_ = 0;
    }
    if (said_ == most) {
      ++left_out_;
      return;
    }
    ++said_;
    context_.warn(line);
  }

 private:
  static constexpr milliseconds period{60'000};
  static constexpr std::size_t most = 100;
  cli::Context& context_;
  milliseconds began_{};
  std::size_t said_ = 0;
  std::size_t left_out_ = 0;
};

// What looks domains up, as the system was when it was made. The keeper is called back by the ports, and so goes last.
struct Engine {
  std::unique_ptr<mtasts::Keeper> keeper;
  std::unique_ptr<mtasts::Deliveries> deliveries;
  Network network;

  static Result<std::unique_ptr<Engine>> open(const cli::Context& context, mtasts::Cache& cache,
                                              const dane::ChainJudge& judge, mtasts::PostfixForm form) {
    auto engine = std::make_unique<Engine>();
    engine->network = SM_TRY(Network::open(context, window));
    const Network& network = engine->network;
    engine->keeper = std::make_unique<mtasts::Keeper>(
        mtasts::KeeperPorts{network.resolver(), network.client(), cache, context.clock()},
        mtasts::KeeperOptions{.write = option_against_keeping(context).empty(),
                              .dns_timeout = network.dns_timeout,
                              .fetch_timeout = network.fetch_timeout});
    engine->deliveries =
        std::make_unique<mtasts::Deliveries>(network.resolver(), judge, *engine->keeper, form, network.dns_timeout);
    return engine;
  }

  mtasts::Answers::Ask asker() {
    return [this](const std::string& key, std::function<void(mtasts::Delivery)> done) {
      if (const auto next_hop = mtasts::next_hop(key, idn::to_ascii))
        return deliveries->ask(*next_hop, std::move(done));
      // key_of() wrote what is no key: nobody may wait for it for ever.
      done({});
    };
  }
};

std::optional<gid_t> group_of_postfix() {
  const group* found = getgrnam("postfix");
  if (!found) return std::nullopt;
  return found->gr_gid;
}

// Connections that there may be, after having asked for enough descriptors.
std::size_t possible_connections(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted_descriptors) {
    limit.rlim_cur = std::min(limit.rlim_max, wanted_descriptors);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return std::min<std::size_t>(
      wanted, limit.rlim_cur > 2 * own_descriptors ? limit.rlim_cur - own_descriptors : limit.rlim_cur / 2);
}

Result<std::vector<service::Listener>> open_listeners(cli::Context& context) {
  std::vector<service::Listener> listeners;
  const int passed = SM_TRY(
      service::passed_descriptors(getpid(), context.environment("LISTEN_PID"), context.environment("LISTEN_FDS")));
  const auto wanted = context.value("socket");
  if (passed != 0 && wanted)
    return fail(ErrorKind::usage, "cli.usage", "--socket, and a socket is passed by systemd",
                "the socket unit says where: leave --socket away");
  for (int fd = service::first_passed; fd < service::first_passed + passed; ++fd)
    listeners.push_back(SM_TRY(service::Listener::adopt(Descriptor(fd))));
  if (passed != 0) return listeners;
  if (!wanted)
    return fail(ErrorKind::usage, "cli.usage", "serve needs --socket",
                "as in: --socket unix:/var/spool/postfix/smtools/mtasts");
  const auto endpoint = SM_TRY(service::parse_endpoint(*wanted));
  listeners.push_back(SM_TRY(service::Listener::open(endpoint, group_of_postfix())));
  if (!listeners.back().has_group())
    context.warn("the group postfix can't use " + endpoint.path + ": only root, or a member, can give it away");
  return listeners;
}

class Service {
 public:
  Service(cli::Context& context, mtasts::Cache& cache, const dane::ChainJudge& judge, mtasts::PostfixForm form,
          std::vector<service::Listener> listeners)
      : context_(context),
        cache_(cache),
        judge_(judge),
        form_(form),
        log_(context),
        notifier_(context.environment("NOTIFY_SOCKET")),
        metrics_file_(context.value("metrics")),
        started_(context.clock().now()),
        listeners_(std::move(listeners)) {}

  // Until a signal ends it.
  Result<void> run(service::Signals& signals);

 private:
  std::optional<std::string_view> take(std::string_view netstring, socketmap::Ticket ticket);
  Result<void> write_metrics();
  void write_metrics_if_due();
  void reload();
  void drain();
  int timeout() const;
  bool is_done() const;

  cli::Context& context_;
  mtasts::Cache& cache_;
  const dane::ChainJudge& judge_;
  mtasts::PostfixForm form_;
  Log log_;
  service::Notifier notifier_;
  std::optional<std::string> metrics_file_;
  std::int64_t started_;
  std::vector<service::Listener> listeners_;
  std::optional<socketmap::Server> server_;
  std::optional<mtasts::Answers> answers_;
  std::unique_ptr<Engine> engine_;
  const std::string no_policy_ = socketmap::reply(socketmap::Status::not_found);
  const std::string no_key_ = socketmap::reply(socketmap::Status::permanent, "a request is a map, a space and a key");
  std::uint64_t no_domain_ = 0;
  std::uint64_t malformed_ = 0;
  std::uint64_t reloads_ = 0;
  milliseconds metrics_due_{};
  std::optional<milliseconds> ends_;  // at the latest
};

std::optional<std::string_view> Service::take(std::string_view netstring, socketmap::Ticket ticket) {
  const auto request = socketmap::parse_request(netstring);
  if (!request) {
    ++malformed_;
    return no_key_;
  }
  // Nearly every key is what it is looked up by.
  if (const auto reply = answers_->ready(request->key)) return reply;
  const auto next_hop = mtasts::next_hop(request->key, idn::to_ascii);
  if (!next_hop) {
    ++no_domain_;
    return no_policy_;
  }
  return answers_->ask(mtasts::key_of(*next_hop),
                       [this, ticket](std::string_view reply) { server_->answer(ticket, reply); });
}

Result<void> Service::write_metrics() {
  if (!metrics_file_) return {};
  const Metrics metrics{.answers = answers_->counts(),
                        .server = server_->counts(),
                        .connections = server_->connections(),
                        .ready = answers_->size(),
                        .memory = answers_->memory(),
                        .lookups = answers_->lookups(),
                        .no_domain = no_domain_,
                        .malformed = malformed_,
                        .reloads = reloads_,
                        .started = started_};
  return write_file(*metrics_file_, text_of(metrics), 0644, false);
}

void Service::write_metrics_if_due() {
  const auto now = ticks_since_boot();
  if (!metrics_file_ || now < metrics_due_) return;
  metrics_due_ = now + metrics_every;
  if (const auto written = write_metrics(); !written) log_.say(written.error().message);
}

void Service::reload() {
  if (ends_) return;
  auto engine = Engine::open(context_, cache_, judge_, form_);
  if (!engine) {
    log_.say("not reloaded: " + engine.error().message);
    return;
  }
  ++reloads_;
  context_.note("reloaded");
  // The one before must not call back any more when its questions are asked anew.
  engine_ = *std::move(engine);
  answers_->begin_anew(engine_->asker());
}

void Service::drain() {
  if (ends_) return;
  context_.note("stopping");
  notifier_.say("STOPPING=1");
  ends_ = ticks_since_boot() + drain_limit;
  server_->drain();
  // Who comes now is told at once that nobody is here; a socket that was passed keeps him waiting for the next of us.
  listeners_.clear();
}

bool Service::is_done() const {
  return ends_ && (server_->open() == 0 || ticks_since_boot() >= *ends_);
}

int Service::timeout() const {
  const auto now = ticks_since_boot();
  const auto until = [now](milliseconds when) {
    return static_cast<int>(std::clamp<std::int64_t>((when - now).count(), 0, 60'000));
  };
  int result = answers_->timeout();
  if (metrics_file_) result = sooner(result, until(metrics_due_));
  if (ends_) result = sooner(result, until(*ends_));
  return result;
}

Result<void> Service::run(service::Signals& signals) {
  engine_ = SM_TRY(Engine::open(context_, cache_, judge_, form_));
  answers_.emplace(cache_, engine_->asker(), ticks_since_boot, mtasts::AnswersLimits{},
                   [this](const std::string& line) { log_.say(line); });
  std::vector<int> sockets;
  for (const service::Listener& listener : listeners_) sockets.push_back(listener.get());
  socketmap::ServerLimits limits;
  limits.connections = possible_connections(limits.connections);
  server_.emplace(
      std::move(sockets), limits, ticks_since_boot,
      [this](std::string_view request, socketmap::Ticket ticket) { return take(request, ticket); },
      [this](const std::string& line) { log_.say(line); });
  // A file that can't be written is said before anybody relies on it.
  SM_TRY(write_metrics());
  notifier_.say("READY=1");
  context_.note("ready");
  std::vector<pollfd> polled;
  std::vector<Pollable*> them;
  while (!is_done()) {
    polled.assign(1, {.fd = signals.get(), .events = POLLIN, .revents = 0});
    them.clear();
    // Most turns have nothing for the network, and some thousands of them come in a second.
    for (Pollable* const one :
         {static_cast<Pollable*>(&engine_->network.resolver()), static_cast<Pollable*>(&engine_->network.client())})
      if (one->open() != 0) them.push_back(one);
    them.push_back(&*server_);
    turn(them, polled, timeout());
    answers_->expire();
    if (polled.front().revents != 0)
      while (const auto signal = signals.take()) signal == service::Signal::reload ? reload() : drain();
    write_metrics_if_due();
  }
  metrics_due_ = {};
  write_metrics_if_due();
  return {};
}

}  // namespace

Result<int> serve(cli::Context& context) {
  // Before there is a socket, which a signal must not leave behind.
  auto signals = SM_TRY(service::Signals::open());
  auto listeners = SM_TRY(open_listeners(context));
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::write, CacheOwner::service));
  cache->hurry();
  const auto judge = SM_TRY(tls::ChainVerifier::make());
  Service service(context, *cache, judge, postfix_form(context), std::move(listeners));
  SM_TRY(service.run(signals));
  return 0;
}

}  // namespace sm::smmtasts
