// Pollable: what works while others wait. It has descriptors and times of its own, and whoever has the loop drives it:
//
//   while (there_is_work()) {
//     std::vector<pollfd> polled = my_own_descriptors();
//     turn({&resolver, &client}, polled, my_own_timeout());
//     my_own_process(polled);
//   }
//
// A port that starts something and calls back later is one: dns::Resolver, net::HttpClient, net::SmtpProbe.
#pragma once

#include <poll.h>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace sm {

class Pollable {
 public:
  // Work whose callbacks are still to come.
  virtual std::size_t open() const = 0;
  // Appends what to wait for.
  virtual void add_descriptors(std::vector<pollfd>& polled) = 0;
  // In how many milliseconds process() must be called though no descriptor is ready; -1: nothing is open.
  virtual int timeout() const = 0;
  // After every poll(), also one that timed out; calls back. Shown are its own entries, not those of others: what was
  // ready there may be closed since, and its number that of something new here.
  virtual void process(std::span<const pollfd> polled) = 0;

 protected:
  ~Pollable() = default;
};

// Of two times in milliseconds the one that comes first; -1 never comes.
int sooner(int one, int other);

// Waits until a descriptor is ready, at most `timeout` milliseconds (-1: as long as it takes) and as long as each of
// them allows, and has them work. In `polled`, which is left with what was found, may be the caller's own entries.
void turn(std::span<Pollable* const> them, std::vector<pollfd>& polled, int timeout = -1);
void turn(std::initializer_list<Pollable*> them, std::vector<pollfd>& polled, int timeout = -1);
// Turns until nothing is open.
void run(Pollable& one);

}  // namespace sm
