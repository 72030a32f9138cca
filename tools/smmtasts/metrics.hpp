// What `serve` counts, in the text format of Prometheus. No domain is named in it.
#pragma once

#include <cstddef>
#include <string>

#include "mtasts/answers.hpp"
#include "socketmap/server.hpp"

namespace sm::smmtasts {

struct Metrics {
  const mtasts::AnswersCounts& answers;
  const socketmap::ServerCounts& server;
  std::size_t connections = 0;
  std::size_t ready = 0;        // answers in memory
  std::size_t memory = 0;       // octets that these take, about
  std::size_t lookups = 0;      // under way
  std::uint64_t no_domain = 0;  // requests for what has no policy: an address, a parent domain
  std::uint64_t malformed = 0;  // requests without a key
  std::uint64_t reloads = 0;
  std::int64_t started = 0;  // seconds since the epoch
};

std::string text_of(const Metrics& metrics);

}  // namespace sm::smmtasts
