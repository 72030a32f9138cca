#include "backend/cares/resolver.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "backend/cares/link.hpp"
#include "base/primitives.hpp"
#include "dns/answer.hpp"
#include "dns/message.hpp"

namespace sm::cares {
namespace {

using dns::Answer;
using dns::Failure;
using dns::Message;
using dns::Outcome;
using dns::Rcode;
using dns::Security;
using Time = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds probe_timeout{5'000};
constexpr std::chrono::seconds longest_wait{60};  // of one poll()

struct Server {
  std::string address;
  std::unique_ptr<Link> link;
  bool edns = true;               // until it shows that it knows nothing of it
  std::optional<bool> validates;  // as far as it is known
  bool probing = false;
};

struct Question {
  dns::Query query;
  dns::Callback done;  // none: a probe
};

struct Job {
  dns::Query query;
  dns::Callback done;
  Answer answer;  // of the last server that gave one, or what is known of the failure so far
  Time deadline{};
  std::size_t server = 0;
  std::uint32_t out_of_play = 0;  // servers that need not be asked again, a bit each
  std::uint16_t id = 0;
  bool edns = true;
  bool checking_disabled = false;  // a second question, after SERVFAIL
  bool pinned = false;             // this server only
};

using JobPointer = std::unique_ptr<Job>;

std::string query_message(const Job& job) {
  Message message{.id = job.id, .recursion_desired = true};
  message.authentic = true;  // RFC 6840 §5.7: AD in the query asks for AD in the answer, without DO
  message.checking_disabled = job.checking_disabled;
  message.questions.push_back({job.query.name, job.query.type});
  if (job.edns) message.edns = dns::Edns{.dnssec_ok = job.query.signatures};
  return *dns::write_message(message);
}

class CaresResolver final : public dns::Resolver {
 public:
  explicit CaresResolver(const Options& options)
      : trust_(options.trust), window_(std::max<std::size_t>(options.window, 1)) {
    for (const dns::Server& address : options.servers) {
      auto link = std::make_unique<Link>(address, options.patience, arrived_);
      if (!addresses_.empty()) addresses_ += ", ";
      addresses_ += dns::text_of(address);
      servers_.push_back({.address = dns::text_of(address), .link = std::move(link)});
    }
  }

  void ask(dns::Query query, dns::Callback done) override {
    ++open_;
    waiting_.push_back({std::move(query), std::move(done)});
    if (waiting_.size() == 1) fill_window();
  }

  std::size_t open() const override { return open_; }

  void add_descriptors(std::vector<pollfd>& polled) override {
    for (Server& server : servers_) server.link->add_descriptors(polled);
  }

  int timeout() const override {
    if (open_ == 0) return -1;
    if (!arrived_.empty() || !finished_.empty()) return 0;
    const Time now = std::chrono::steady_clock::now();
    Time soonest = now + longest_wait;
    for (const auto& [ticket, job] : jobs_) soonest = std::min(soonest, job->deadline);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(soonest - now);
    int result = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    for (const Server& server : servers_)
      if (const int other = server.link->timeout(); other >= 0) result = std::min(result, other);
    return result;
  }

  void process(std::span<const pollfd> polled) override {
    for (Server& server : servers_) server.link->process(polled);
    // A question that is sent again, and can't be, arrives meanwhile.
    for (std::vector<Arrival> arrived; !arrived_.empty(); arrived.clear()) {
      arrived.swap(arrived_);
      for (Arrival& arrival : arrived) take(arrival);
    }
    expire();
    fill_window();
    // What callbacks ask in turn does not finish here: a caller's own sockets have their turn, too.
    for (std::size_t count = finished_.size(); count != 0; --count) {
      const JobPointer job = std::move(finished_.front());
      finished_.pop_front();
      --open_;
      job->done(std::move(job->answer));
    }
  }

 private:
  void fill_window() {
    while (!waiting_.empty() && jobs_.size() < window_) {
      Question question = std::move(waiting_.front());
      waiting_.pop_front();
      start(std::move(question), preferred_, false);
    }
  }

  void start(Question question, std::size_t server, bool pinned) {
    auto job = std::make_unique<Job>();
    job->query = std::move(question.query);
    job->done = std::move(question.done);
    job->answer = dns::answer_to(job->query);
    job->deadline = std::chrono::steady_clock::now() + job->query.timeout;
    job->server = server;
    job->pinned = pinned;
    send(std::move(job));
  }

  void send(JobPointer job) {
    Server& server = servers_[job->server];
    job->id = random_id();
    job->edns = server.edns;
    const std::uint64_t ticket = next_ticket_++;
    server.link->send(query_message(*job), job->edns, ticket);
    jobs_.emplace(ticket, std::move(job));
  }

  std::uint16_t random_id() {
    if (next_id_ == ids_.size()) {
      random_bytes({reinterpret_cast<char*>(ids_.data()), sizeof ids_});
      next_id_ = 0;
    }
    return ids_[next_id_++];
  }

  void take(const Arrival& arrival) {
    const auto found = jobs_.find(arrival.ticket);
    if (found == jobs_.end()) return;  // its deadline has passed
    JobPointer job = std::move(found->second);
    jobs_.erase(found);
    Server& server = servers_[job->server];
    if (arrival.state != Arrival::State::answered) {
      if (preferred_ == job->server && !job->pinned) preferred_ = (preferred_ + 1) % servers_.size();
      if (arrival.state == Arrival::State::timeout) return elsewhere(std::move(job));
      if (!job->answer.rcode && job->answer.failure == Failure::none) fail(*job, Failure::unreachable);
      return give_up_on_server(std::move(job));
    }
    const auto message = dns::read_message(arrival.message);
    if (!message || message->id != job->id || message->truncated) {
      fail(*job, Failure::malformed);
      return give_up_on_server(std::move(job));
    }
    if (job->edns && !message->edns) {
      // c-ares may have got FORMERR, and asked again without EDNS: the channel is one without from now on. An error
      // says nothing of whether the server knows EDNS.
      server.link->renew();
      if (message->rcode == Rcode::noerror || message->rcode == Rcode::nxdomain) server.edns = false;
    }
    if (message->rcode == Rcode::formerr && job->edns) {
      server.edns = false;
      return send(std::move(job));
    }
    judge(std::move(job), *message);
  }

  void judge(JobPointer job, const Message& message) {
    const Server& server = servers_[job->server];
    Answer answer = dns::answer_to(job->query);
    dns::read_answer(message, job->query, answer);
    answer.server = server.address;
    if (job->checking_disabled) {
      // The server said why (RFC 8914), or what was SERVFAIL is an answer once nobody validates: the signatures were
      // the reason.
      const auto& why = job->answer.extended_error;
      const bool answers = message.rcode == Rcode::noerror || message.rcode == Rcode::nxdomain;
      const bool bogus = why && dns::is_dnssec_error(why->code);
      const bool outage = why && dns::is_outage(why->code);
      if (!bogus && (outage || !answers)) return give_up_on_server(std::move(job));
      job->answer.failure = Failure::bogus;
      return settle(std::move(job));
    }
    const bool first_failure = answer.outcome == Outcome::failed;
    if (first_failure && !answer.extended_error) answer.extended_error = std::move(job->answer.extended_error);
    job->answer = std::move(answer);
    if (!first_failure) {
      if (message.authentic) servers_[job->server].validates = true;
      job->answer.security = message.authentic ? Security::secure : Security::insecure;
      return settle(std::move(job));
    }
    if (job->answer.failure == Failure::servfail && trust_ != dns::Trust::nobody && server.validates != false &&
        !job->pinned) {
      job->checking_disabled = true;
      return send(std::move(job));
    }
    give_up_on_server(std::move(job));
  }

  // The next server that may still answer, this one again if there is no other.
  void elsewhere(JobPointer job) {
    job->checking_disabled = false;
    if (!job->pinned) {
      std::size_t next = job->server;
      do next = (next + 1) % servers_.size();
      while ((job->out_of_play >> next & 1) != 0 && next != job->server);
      job->server = next;
    }
    send(std::move(job));
  }

  void give_up_on_server(JobPointer job) {
    job->out_of_play |= 1u << job->server;
    const std::uint32_t all = static_cast<std::uint32_t>((1ull << servers_.size()) - 1);
    if (job->pinned || job->out_of_play == all) return finish(std::move(job));
    elsewhere(std::move(job));
  }

  static void fail(Job& job, Failure failure) {
    job.answer.outcome = Outcome::failed;
    job.answer.failure = failure;
  }

  // An answer without AD, and what looks bogus, mean something only from a server that validates.
  void settle(JobPointer job) {
    Server& server = servers_[job->server];
    if (trust_ == dns::Trust::nobody || !job->done || job->answer.security == Security::secure || server.validates)
      return finish(std::move(job));
    const std::size_t index = job->server;
    held_.push_back(std::move(job));
    if (server.probing) return;
    server.probing = true;
    start({.query = {.name = {}, .type = dns::Type::ns, .timeout = probe_timeout}}, index, true);
  }

  void end_probe(const Job& probe) {
    Server& server = servers_[probe.server];
    server.probing = false;
    if (probe.answer.outcome != Outcome::failed) server.validates = probe.answer.security == Security::secure;
    std::list<JobPointer> held;
    held.swap(held_);
    for (JobPointer& job : held) {
      if (job->server == probe.server)
        finish(std::move(job));
      else
        held_.push_back(std::move(job));
    }
  }

  void expire() {
    const Time now = std::chrono::steady_clock::now();
    std::vector<JobPointer> late;
    for (auto at = jobs_.begin(); at != jobs_.end();) {
      if (at->second->deadline <= now) {
        late.push_back(std::move(at->second));
        at = jobs_.erase(at);
      } else {
        ++at;
      }
    }
    for (JobPointer& job : late) {
      if (!job->answer.rcode) fail(*job, Failure::timeout);
      finish(std::move(job));
    }
  }

  void finish(JobPointer job) {
    if (!job->done) return end_probe(*job);
    explain(*job);
    finished_.push_back(std::move(job));
  }

  // Security and reason, from what is known of the server.
  void explain(Job& job) const {
    const Server& server = servers_[job.server];
    Answer& answer = job.answer;
    answer.backend = dns::Backend::cares;
    answer.trust = trust_;
    if (answer.server.empty()) answer.server = addresses_;
    const std::string who = "the resolver at " + answer.server;
    const std::string why = answer.extended_error ? ": " + dns::describe(*answer.extended_error) : std::string();
    if (answer.failure == Failure::bogus && server.validates != true) answer.failure = Failure::servfail;
    switch (answer.failure) {
      case Failure::none:
        break;
      case Failure::timeout:
        answer.reason = "no answer from " + answer.server + " in time";
        break;
      case Failure::unreachable:
        answer.reason = answer.server + " can't be reached, or not by TCP for a long answer";
        break;
      case Failure::malformed:
        answer.reason = who + " gave a malformed answer";
        break;
      case Failure::bogus:
        answer.reason = "DNSSEC validation failed at " + answer.server +
                        (why.empty() ? ", which answers when told not to validate" : why);
        break;
      default:
        answer.reason = who + " answered " + dns::text_of(answer.rcode.value_or(Rcode::servfail)) + why;
    }
    if (answer.failure != Failure::none) {
      answer.security = answer.failure == Failure::bogus ? Security::bogus : Security::indeterminate;
      return;
    }
    if (trust_ == dns::Trust::nobody) {
      answer.security = Security::indeterminate;
      answer.reason = "DNSSEC was not asked for";
    } else if (answer.security == Security::insecure && server.validates == true) {
      answer.reason = who + " validates, and found this not to be signed";
    } else if (answer.security == Security::insecure) {
      answer.security = Security::indeterminate;
      answer.reason =
          server.validates
              ? who + " does not validate: it says of the root's name servers, which are signed, that they are not"
              : who + " did not say whether it validates";
    }
  }

  dns::Trust trust_;
  std::size_t window_;
  std::vector<Arrival> arrived_;
  std::vector<Server> servers_;
  std::string addresses_;         // of all of them
  std::size_t preferred_ = 0;     // asked first; the next one when it was silent
  std::deque<Question> waiting_;  // not sent yet
  std::unordered_map<std::uint64_t, JobPointer> jobs_;
  std::list<JobPointer> held_;  // until a probe has ended
  std::deque<JobPointer> finished_;
  std::size_t open_ = 0;
  std::uint64_t next_ticket_ = 0;
  std::array<std::uint16_t, 256> ids_{};
  std::size_t next_id_ = ids_.size();
};

}  // namespace

std::unique_ptr<dns::Resolver> make_resolver(const Options& options) {
  return std::make_unique<CaresResolver>(options);
}

}  // namespace sm::cares
