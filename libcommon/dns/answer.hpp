// What a resolver's message says about one question: alias chain, data or denial, TTL, errors. Security is the
// business of whoever sent the question.
#pragma once

#include <cstddef>

#include "dns/message.hpp"
#include "dns/resolver.hpp"

namespace sm::dns {

inline constexpr std::size_t max_chain = 32;  // names from the one asked for to the canonical one

// The beginnings of an answer to `query`: failed, with nothing known.
Answer answer_to(const Query& query);

// Fills outcome, failure, rcode, records, signatures, chain, ttl and extended_error of an answer_to() the same query
// from a response to it whose id was compared. Not a response, truncated, or to another question: Failure::malformed.
void read_answer(const Message& message, const Query& query, Answer& answer);

// "signature expired (extended error 7: "…")"; the text in it is untrusted.
std::string describe(const ExtendedError& error);

}  // namespace sm::dns
