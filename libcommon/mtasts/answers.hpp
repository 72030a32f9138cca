// What a server for Postfix has ready to say: answers in memory as long as they hold, one look-up for all who ask for
// the same next hop meanwhile, and an answer in time to each of them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ticks.hpp"
#include "mtasts/delivery.hpp"

namespace sm::mtasts {

struct AnswersLimits {
  std::size_t memory = std::size_t{96} << 20;  // octets of ready answers, about; those not asked for longest go first
  std::size_t open = 200;                      // look-ups at a time; others wait
  std::size_t waiting = 10'000;                // of these; who comes then is told to try again
  // After that an asker is told to try again, while the look-up goes on for the next. Postfix has 100 s.
  std::chrono::milliseconds deadline{25'000};
  std::chrono::milliseconds version_every{500};  // between two looks at Cache::version()
};

// Upper bounds in seconds; one count more is for what took longer.
inline constexpr std::array<double, 6> latency_bounds{0.001, 0.01, 0.1, 1, 5, 25};

struct AnswersCounts {
  std::array<std::uint64_t, 3> by_kind{};  // answers given, by Delivery::Kind
  std::uint64_t ready = 0;                 // of them: at once, from memory
  std::uint64_t shared = 0;                // of them: by a look-up that another had asked for
  std::uint64_t late = 0;                  // of them: at the deadline
  std::uint64_t refused = 0;               // of them: too many look-ups waited
  std::uint64_t dropped = 0;               // ready answers whose entry in the cache has changed
  std::uint64_t lookups = 0;
  std::uint64_t warnings = 0;
  std::map<std::string, std::uint64_t> failures;  // look-ups, by Delivery::code
  std::array<std::uint64_t, latency_bounds.size() + 1> latency{};
  double latency_sum = 0;  // seconds
};

// Not for several threads.
class Answers {
 public:
  using Ask = std::function<void(const std::string& next_hop, std::function<void(Delivery)> done)>;
  // The reply in the socketmap protocol, a view for the time of the call.
  using Done = std::function<void(std::string_view reply)>;
  // Gets a line for a log; untrusted text may be in it.
  using Log = std::function<void(const std::string& line)>;

  // `cache` must live as long as this. `ask` calls back once, from there or later.
  Answers(Cache& cache, Ask ask, Ticks ticks, const AnswersLimits& limits, Log log);
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // `next_hop` is as text_of() writes it. A reply that is ready, as a view until the next call of anything here; none:
  // it is to be asked for, or is not in that form.
  std::optional<std::string_view> ready(std::string_view next_hop);
  // The same, or `done` is called once: from the look-up's end, or from expire() at the deadline, never from here.
  std::optional<std::string_view> ask(const std::string& next_hop, Done done);

  // Answers those whose deadline is over; to be called in so many milliseconds (-1: nobody waits).
  void expire();
  int timeout() const;

  // Drops what is ready. What is being looked up is asked for again, by `ask`; from before no call back counts.
  void begin_anew(Ask ask);

  const AnswersCounts& counts() const { return counts_; }
  std::size_t size() const { return ready_.size(); }
  std::size_t memory() const { return memory_; }
  std::size_t lookups() const { return lookups_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class T>
  using ByHop = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  struct Ready {
    std::string reply;
    std::string mark;
    std::string before;  // what was said before a temporary failure
    Delivery::Kind kind{};
    std::chrono::milliseconds until{};   // it is over then, and only kept to be compared with the next
    std::chrono::milliseconds warned{};  // when the log last had a warning about this one; 0: never
    std::uint64_t version = 0;           // of the cache, when `mark` was last compared with it
    std::list<std::string_view>::iterator place;
  };
  struct Waiter {
    std::uint64_t number = 0;
    std::chrono::milliseconds since{};
    Done done;
  };
  struct LookUp {
    std::deque<Waiter> waiters;  // the first must be answered first
    std::uint64_t number = 0;    // of the try; call backs of an earlier one don't count
    std::uint64_t version = 0;   // of the cache, before it was asked
    bool started = false;
  };

  struct Deadline {
    std::chrono::milliseconds when{};
    std::string next_hop;
    std::uint64_t waiter = 0;
  };

  std::uint64_t version_of_cache();
  bool still_holds(std::string_view next_hop, Ready& entry);
  void start(const std::string& next_hop, LookUp& look_up);
  void start_waiting();
  void finish(const std::string& next_hop, std::uint64_t number, const Delivery& delivery);
  Ready& keep(const std::string& next_hop, const Delivery& delivery, std::uint64_t version);
  void make_room(std::string_view but);
  void count(Delivery::Kind kind, std::chrono::milliseconds took);
  void forget_deadlines();

  Cache& cache_;
  Ask ask_;
  Ticks ticks_;
  AnswersLimits limits_;
  Log log_;
  AnswersCounts counts_;
  ByHop<Ready> ready_;
  std::list<std::string_view> by_use_;  // longest ago first; views of the keys
  std::size_t memory_ = 0;
  ByHop<LookUp> lookups_;
  std::deque<std::string> queue_;  // those not yet started
  std::size_t started_ = 0;
  bool starting_ = false;
  std::deque<Deadline> deadlines_;  // the first comes first
  std::uint64_t next_ = 1;
  std::uint64_t version_ = 0;  // of the cache, at `looked_`
  std::optional<std::chrono::milliseconds> looked_;
  std::string refusal_;
};

// Delivery as a reply of the socketmap protocol.
std::string reply_of(const Delivery& delivery);

}  // namespace sm::mtasts
