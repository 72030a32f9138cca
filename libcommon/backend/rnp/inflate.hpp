// The compression algorithms of RFC 9580 §9.4 as a Source.
#pragma once

#include <memory>

#include "io/stream.hpp"

namespace sm::rnp {

// What `from`, the body of a compressed data packet behind its first octet, was made of; `from` must outlive it.
// Reading: crypto.damaged if it is malformed, ends early or goes on behind its end. Null for an unknown algorithm.
std::unique_ptr<Source> make_inflater(int algorithm, Source& from);

}  // namespace sm::rnp
