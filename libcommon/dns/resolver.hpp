// The port through which names are resolved, and what an answer says about how far it can be trusted.
//
// A program with one thread drives many questions, and sockets of its own, in one loop (base/pollable.hpp):
//
//   resolver.ask({.name = *name, .type = Type::mx}, [&](Answer answer) { … });  // may ask() further questions
//
// One that has nothing else to do calls run(), or look_up() for a single question.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/pollable.hpp"
#include "dns/name.hpp"
#include "dns/record.hpp"
#include "dns/type.hpp"

namespace sm::dns {

// RFC 4035 §4.3. It covers the whole chain of aliases and the data at its end, or the proof that there is none.
enum class Security {
  secure,         // signed from the root down, and validated
  insecure,       // proven to be in a zone that is not signed
  bogus,          // should be signed, and is not or wrongly: never to be used
  indeterminate,  // nobody validated it
};

enum class Outcome {
  data,     // records of this type are there
  no_data,  // the name is there, records of this type are not
  no_name,  // NXDOMAIN: neither the name nor anything below it
  failed,   // nothing is known
};

// Why nothing is known.
enum class Failure {
  none,
  timeout,      // no answer before the question's deadline
  unreachable,  // no server could be asked: no route, connection refused
  servfail,     // the server failed, and not because of DNSSEC as far as we know
  refused,      // REFUSED, NOTIMP, FORMERR and other codes
  malformed,    // an answer that is none to this question, or a loop of aliases
  bogus,        // DNSSEC validation failed: Security::bogus
  stripped,     // the resolver withholds what validation needs, of the root already: no domain's fault
};

enum class Backend { cares, unbound, fake };

// On whose word Security stands.
enum class Trust {
  nobody,              // not asked for: Security is always indeterminate
  validated_here,      // signatures were checked in this process
  trusted_resolver,    // AD of servers on loopback, for which resolv.conf says trust-ad
  trusted_by_command,  // AD of a resolver, since the user said --dnssec resolver
};

std::string_view name_of(Security);  // "secure"
std::string_view name_of(Outcome);   // "data", "no-data", "no-name", "failed"
std::string_view name_of(Failure);   // "timeout"
std::string_view name_of(Backend);   // "c-ares", "libunbound"
std::string_view name_of(Trust);     // "validated-here", "trusted-resolver" …

struct Query {
  Name name;
  Type type{};
  bool signatures = false;  // the RRSIGs of what is in the answer are wanted too
  // From when the question is first sent: it may have waited for others before.
  std::chrono::milliseconds timeout{10'000};
};

struct Answer {
  Name name;  // as asked
  Type type{};
  Outcome outcome = Outcome::failed;
  Security security = Security::indeterminate;
  Failure failure = Failure::none;
  std::optional<Rcode> rcode;  // none: no server answered
  // Of the type asked for, at canonical(), in the order of the answer. Empty unless Outcome::data. Data that is not
  // what the type demands is in it as Opaque.
  std::vector<Record> records;
  std::vector<Record> signatures;  // RRSIGs of the records, aliases and DNAMEs, if asked for
  std::vector<Name> chain;         // from `name` through its aliases; at least one
  std::uint32_t ttl = 0;  // seconds; the smallest of the chain and the records, or of the denial (RFC 2308 §5)

  // A sentence for a person when outcome is failed or security is not secure: lower case, no full stop. Holds
  // untrusted text.
  std::string reason;
  std::optional<ExtendedError> extended_error;  // the most telling one, of what the server gave
  Backend backend = Backend::fake;
  Trust trust = Trust::nobody;
  std::string server;  // "127.0.0.1@53"; of several the one that answered, or all of them

  // The end of the chain: the name that the records belong to.
  const Name& canonical() const { return chain.empty() ? name : chain.back(); }
  bool secure() const { return security == Security::secure; }
  // What the records hold, as far as it is of this kind.
  template <class T>
  std::vector<T> data() const {
    std::vector<T> values;
    for (const Record& record : records)
      if (const T* value = std::get_if<T>(&record.data)) values.push_back(*value);
    return values;
  }
};

using Callback = std::function<void(Answer answer)>;

// Not for several threads.
class Resolver : public Pollable {
 public:
  virtual ~Resolver() = default;  // questions still open are dropped, without a call back

  // Takes the question; so many are sent at a time (a setting of the backend), others wait. `done` is called once, from
  // process(), never from ask().
  virtual void ask(Query query, Callback done) = 0;
};

// One question, waited for. Other open questions are driven meanwhile.
Answer look_up(Resolver& resolver, Query query);

}  // namespace sm::dns
