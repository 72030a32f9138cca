// What must hold of any octets and any text that the parsers of dns/ accept; for unit tests and fuzz targets.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "dns/answer.hpp"
#include "dns/message.hpp"
#include "dns/zone_text.hpp"

namespace sm::dns {

inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

// Data survives its text and its wire form.
inline void require_round_trip(Type type, const Rdata& data) {
  const auto parsed = parse_rdata(type, text_of(data));
  require(parsed && *parsed == data, "rdata from its text");
  const auto wire = write_rdata(data);
  require(wire && read_rdata(type, *wire) == data, "rdata from its wire form");
}

inline void require_round_trip(const Name& name) {
  const auto parsed = Name::parse(name.text());
  require(parsed && parsed->wire() == name.wire(), "name from its text");
  const auto wire = Name::from_wire(name.wire());
  require(wire && wire->key() == name.key(), "name from its wire form");
}

inline void check_message(std::string_view bytes) {
  const auto message = read_message(bytes);
  if (!message) return;
  bool opaque = false;
  for (const auto* section : {&message->answers, &message->authority, &message->additional})
    for (const Record& record : *section) {
      opaque = opaque || std::holds_alternative<Opaque>(record.data);
      require_round_trip(record.name);
      require_round_trip(record.type, record.data);
    }
  // Without compression it may grow past the limit; pointers in data that was malformed lead elsewhere then.
  const auto written = write_message(*message);
  if (written && !opaque) {
    const auto again = read_message(*written);
    require(again && *again == *message, "message from its wire form");
  }
  for (const bool signatures : {false, true}) {
    if (message->questions.empty()) break;
    const Query query{.name = message->questions[0].name, .type = message->questions[0].type, .signatures = signatures};
    Answer answer = answer_to(query);
    read_answer(*message, query, answer);
    require((answer.outcome == Outcome::failed) == (answer.failure != Failure::none), "failed for a reason");
    require((answer.outcome == Outcome::data) == !answer.records.empty(), "data where there is data");
    require(!answer.chain.empty() && answer.chain.size() <= max_chain, "a chain within its limit");
    require(answer.security == Security::indeterminate, "a message proves nothing");
    for (const Record& record : answer.records)
      require(record.name == answer.canonical() && record.type == query.type, "records at the end of the chain");
  }
}

inline void check_zone_text(std::string_view text) {
  const auto records = parse_zone_text(text, *Name::parse("example.org"));
  if (!records) return;
  std::string written;
  for (const Record& record : *records) written += zone_text(record);
  const auto again = parse_zone_text(written);
  require(again && *again == *records, "zone text from its records");
}

// The first two octets are the type.
inline void check_rdata(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto type = static_cast<Type>(static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]));
  if (bytes.size() - 2 > max_rdata) return;
  require_round_trip(type, read_rdata(type, bytes.substr(2)));
  if (const auto data = parse_rdata(type, bytes.substr(2))) require_round_trip(type, *data);
}

}  // namespace sm::dns
