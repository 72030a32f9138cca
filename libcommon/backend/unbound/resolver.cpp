#include "backend/unbound/resolver.hpp"

#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <list>
#include <new>
#include <utility>

#include "base/handle.hpp"
#include "dns/answer.hpp"
#include "dns/message.hpp"

namespace sm::unbound {
namespace {

using dns::Answer;
using dns::Failure;
using dns::Outcome;
using dns::Security;
using Time = std::chrono::steady_clock::time_point;
using Context = Handle<ub_ctx, ub_ctx_delete>;
using UbResult = Handle<ub_result, ub_resolve_free>;

constexpr std::chrono::milliseconds probe_timeout{5'000};
constexpr std::chrono::seconds longest_wait{60};  // of one poll()

class UnboundResolver;

struct Job {
  UnboundResolver* owner = nullptr;
  dns::Query query;
  dns::Callback done;  // none: a probe
  Answer answer;
  Time deadline{};
  int async_id = 0;
};

class UnboundResolver final : public dns::Resolver {
 public:
  UnboundResolver(Context context, const Options& options)
      : context_(std::move(context)),
        servers_(dns::text_of(options.servers)),
        trust_anchor_(options.trust_anchor),
        window_(std::max<std::size_t>(options.window, 1)) {}

  void ask(dns::Query query, dns::Callback done) override {
    ++open_;
    waiting_.push_back({.owner = this, .query = std::move(query), .done = std::move(done)});
    fill_window();
  }

  std::size_t open() const override { return open_; }

  void add_descriptors(std::vector<pollfd>& polled) override {
    if (!jobs_.empty()) polled.push_back({.fd = ub_fd(context_.get()), .events = POLLIN, .revents = 0});
  }

  int timeout() const override {
    if (open_ == 0) return -1;
    if (!finished_.empty()) return 0;
    const Time now = std::chrono::steady_clock::now();
    Time soonest = now + longest_wait;
    for (const Job& job : jobs_) soonest = std::min(soonest, job.deadline);
    return static_cast<int>(
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(soonest - now).count(), 0));
  }

  void process(std::span<const pollfd> polled) override {
    const int fd = ub_fd(context_.get());
    if (std::ranges::any_of(polled, [fd](const pollfd& one) { return one.fd == fd && one.revents != 0; }))
      ub_process(context_.get());
    expire();
    fill_window();
    for (std::size_t count = finished_.size(); count != 0; --count) {
      Job job = std::move(finished_.front());
      finished_.pop_front();
      --open_;
      job.done(std::move(job.answer));
    }
  }

 private:
  void fill_window() {
    while (!waiting_.empty() && jobs_.size() < window_) {
      jobs_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      start(jobs_.back());
    }
  }

  void start(Job& job) {
    job.answer = dns::answer_to(job.query);
    job.deadline = std::chrono::steady_clock::now() + job.query.timeout;
    const std::string name = job.query.name.absolute();
    const int error = ub_resolve_async(context_.get(), name.c_str(), static_cast<int>(job.query.type), dns::class_in,
                                       &job, take, &job.async_id);
    if (error == 0) return;
    job.answer.reason = std::string("libunbound: ") + ub_strerror(error);
    remove(job);
  }

  // libunbound calls it from ub_process(), once, unless the question was cancelled.
  static void take(void* argument, int error, ub_result* raw) {
    const UbResult result(raw);
    Job& job = *static_cast<Job*>(argument);
    job.owner->judge(job, error, result.get());
  }

  void judge(Job& job, int error, const ub_result* result) {
    Answer& answer = job.answer;
    if (error != 0 || !result) {
      answer.failure = Failure::servfail;
      answer.reason = std::string("libunbound: ") + ub_strerror(error);
      return remove(job);
    }
    const auto message = dns::read_message({static_cast<const char*>(result->answer_packet),
                                            static_cast<std::size_t>(result->answer_packet ? result->answer_len : 0)});
    if (message) dns::read_answer(*message, job.query, answer);
    // Of a failure there is no message, or one without the question.
    answer.rcode = static_cast<dns::Rcode>(result->rcode);
    if (answer.rcode == dns::Rcode::servfail)
      answer.failure = Failure::servfail;
    else if (!message)
      answer.failure = Failure::malformed;
    // Bogus first: rcode is 0 and the data is there all the same.
    if (result->bogus) {
      answer.outcome = Outcome::failed;
      answer.failure = Failure::bogus;
      answer.security = Security::bogus;
      answer.chain.resize(1);
      answer.records.clear();
      answer.signatures.clear();
      answer.ttl = 0;
      answer.reason = result->why_bogus ? result->why_bogus : "validation failed";
    } else if (answer.outcome != Outcome::failed) {
      answer.security = result->secure ? Security::secure : Security::insecure;
    }
    remove(job);
  }

  // To be called when the job's answer is all that libunbound had to say.
  void remove(Job& job) {
    const auto place = std::ranges::find_if(jobs_, [&](const Job& one) { return &one == &job; });
    Job ended = std::move(*place);
    jobs_.erase(place);
    settle(std::move(ended));
  }

  // Whether this domain is bogus or nothing can be validated, and whether it is proven not to be signed or there is no
  // trust anchor of the root at all (RFC 4035 §4.3): the root tells.
  void settle(Job job) {
    if (!job.done) return end_probe(job.answer);
    const bool not_signed = job.answer.failure == Failure::none && job.answer.security == Security::insecure;
    if (root_is_secure_ || (job.answer.failure != Failure::bogus && !not_signed)) return finish(std::move(job));
    held_.push_back(std::move(job));
    if (probing_) return;
    probing_ = true;
    jobs_.push_back({.owner = this, .query = {.name = {}, .type = dns::Type::dnskey, .timeout = probe_timeout}});
    start(jobs_.back());
  }

  void end_probe(const Answer& root) {
    probing_ = false;
    if (root.security == Security::secure) root_is_secure_ = true;
    for (Job& job : std::exchange(held_, {})) {
      if (root.security == Security::bogus && job.answer.failure == Failure::bogus) {
        job.answer.failure = Failure::stripped;
        job.answer.security = Security::indeterminate;
      } else if (!root_is_secure_ && job.answer.failure == Failure::none) {
        job.answer.security = Security::indeterminate;
      }
      finish(std::move(job));
    }
  }

  void expire() {
    const Time now = std::chrono::steady_clock::now();
    while (true) {
      const auto late = std::ranges::find_if(jobs_, [now](const Job& job) { return job.deadline <= now; });
      if (late == jobs_.end()) return;
      ub_cancel(context_.get(), late->async_id);
      late->answer.failure = Failure::timeout;
      remove(*late);
    }
  }

  void finish(Job job) {
    Answer& answer = job.answer;
    answer.backend = dns::Backend::unbound;
    answer.trust = dns::Trust::validated_here;
    answer.server = servers_;
    switch (answer.failure) {
      case Failure::none:
        if (answer.security == Security::insecure) answer.reason = "proven here not to be signed";
        if (answer.security == Security::indeterminate)
          answer.reason = "the root's keys could not be validated here: see the trust anchor, " + trust_anchor_;
        break;
      case Failure::timeout:
        answer.reason = "no answer from " + servers_ + " in time";
        break;
      case Failure::malformed:
        answer.reason = "a malformed answer by way of " + servers_;
        break;
      case Failure::bogus:
        answer.reason = "DNSSEC validation failed here: " + answer.reason;
        break;
      case Failure::stripped:
        answer.reason =
            "nothing can be validated by way of " + servers_ + ", not even the root's keys: " + answer.reason;
        break;
      default:
        if (answer.reason.empty())
          answer.reason = "resolving by way of " + servers_ + " ended in " +
                          dns::text_of(answer.rcode.value_or(dns::Rcode::servfail));
    }
    finished_.push_back(std::move(job));
  }

  Context context_;
  std::string servers_;
  std::string trust_anchor_;
  std::size_t window_;
  std::deque<Job> waiting_;
  std::list<Job> jobs_;  // libunbound has their addresses
  std::list<Job> held_;  // until a probe has ended
  std::deque<Job> finished_;
  std::size_t open_ = 0;
  bool root_is_secure_ = false;
  bool probing_ = false;
};

Unexpected bad_setup(const char* what, int error) {
  return fail(ErrorKind::config, "dns.unbound", std::string("libunbound: ") + what + ": " + ub_strerror(error));
}

}  // namespace

Result<std::unique_ptr<dns::Resolver>> make_resolver(const Options& options) {
  if (access(options.trust_anchor.c_str(), R_OK) != 0)
    return fail(ErrorKind::config, "dns.no-trust-anchor",
                "the root's trust anchor can't be read: " + options.trust_anchor,
                "install Debian's package dns-root-data, or let a resolver validate that you trust: --dnssec resolver");
  Context context(ub_ctx_create());
  if (!context) throw std::bad_alloc();
  ub_ctx_debugout(context.get(), nullptr);
  for (const dns::Server& server : options.servers)
    if (const int error = ub_ctx_set_fwd(context.get(), dns::text_of(server).c_str()))
      return bad_setup("resolver", error);
  if (const int error = ub_ctx_add_ta_file(context.get(), options.trust_anchor.c_str()))
    return bad_setup(options.trust_anchor.c_str(), error);
  // One that lets each question of the window have its own port, with some for keys (16 in a library by default); a
  // resolver may well stand on loopback.
  const std::string ports = std::to_string(options.window * 2);
  const std::array<std::pair<const char*, const char*>, 3> settings{{
      {"outgoing-range:", ports.c_str()},
      {"do-not-query-localhost:", "no"},
      {"outgoing-num-tcp:", "20"},
  }};
  for (const auto& [option, value] : settings)
    if (const int error = ub_ctx_set_option(context.get(), option, value)) return bad_setup(option, error);
  if (const int error = ub_ctx_async(context.get(), 1)) return bad_setup("thread", error);
  // Last, since it finalises. libunbound would answer for .test itself (RFC 6761 §6.2), which is no harm to ask about.
  if (const int error = ub_ctx_zone_remove(context.get(), "test."))
    return bad_setup(options.trust_anchor.c_str(), error);
  return std::unique_ptr<dns::Resolver>(std::make_unique<UnboundResolver>(std::move(context), options));
}

}  // namespace sm::unbound
