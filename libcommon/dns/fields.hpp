// What a field list is made of, once for each direction: from the wire, to the wire, to text, from text. A type's
// list() names its fields in the order of the wire, and RdataCodec makes the four out of it. For rdata_<type>.cpp only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.hpp"
#include "dns/rdata_codec.hpp"
#include "dns/rdata_opt.hpp"
#include "dns/type.hpp"
#include "dns/wire.hpp"
#include "dns/zone_token.hpp"

namespace sm::dns {

class ReadFields {
 public:
  explicit ReadFields(WireReader& reader) : reader_(reader) {}
  void u8(std::uint8_t& value) { value = reader_.u8(); }
  void u16(std::uint16_t& value) { value = reader_.u16(); }
  void u32(std::uint32_t& value) { value = reader_.u32(); }
  void type(Type& value) { value = static_cast<Type>(reader_.u16()); }
  void time(std::uint32_t& value) { value = reader_.u32(); }
  void name(Name& value) { value = reader_.name(); }
  void ipv4(std::array<std::uint8_t, 4>& value) { octets(value); }
  void ipv6(std::array<std::uint8_t, 16>& value) { octets(value); }
  void strings(std::vector<std::string>& values);  // to the end, at least one
  void tag(std::string& value);                    // a <character-string> of ASCII letters and digits
  void text(std::string& value) { value = reader_.rest(); }
  void hex(std::string& value) { value = reader_.rest(); }
  void base64(std::string& value) { value = reader_.rest(); }
  void options(std::vector<Opt::Option>& values);

 private:
  void octets(std::span<std::uint8_t> value);
  WireReader& reader_;
};

class WriteFields {
 public:
  explicit WriteFields(WireWriter& writer) : writer_(writer) {}
  void u8(std::uint8_t value) { writer_.u8(value); }
  void u16(std::uint16_t value) { writer_.u16(value); }
  void u32(std::uint32_t value) { writer_.u32(value); }
  void type(Type value) { writer_.u16(static_cast<std::uint16_t>(value)); }
  void time(std::uint32_t value) { writer_.u32(value); }
  void name(const Name& value) { writer_.name(value); }
  void ipv4(const std::array<std::uint8_t, 4>& value) { octets(value); }
  void ipv6(const std::array<std::uint8_t, 16>& value) { octets(value); }
  void strings(const std::vector<std::string>& values);
  void tag(const std::string& value);
  void text(const std::string& value) { writer_.bytes(value); }
  void hex(const std::string& value) { writer_.bytes(value); }
  void base64(const std::string& value) { writer_.bytes(value); }
  void options(const std::vector<Opt::Option>& values);

 private:
  void octets(std::span<const std::uint8_t> value);
  WireWriter& writer_;
};

class PrintFields {
 public:
  void u8(std::uint8_t value) { add(std::to_string(value)); }
  void u16(std::uint16_t value) { add(std::to_string(value)); }
  void u32(std::uint32_t value) { add(std::to_string(value)); }
  void type(Type value) { add(text_of(value)); }
  void time(std::uint32_t value);
  void name(const Name& value) { add(value.absolute()); }
  void ipv4(const std::array<std::uint8_t, 4>& value);
  void ipv6(const std::array<std::uint8_t, 16>& value);
  void strings(const std::vector<std::string>& values);
  void tag(const std::string& value) { add(value); }
  void text(const std::string& value) { add(quote(value)); }
  void hex(const std::string& value);
  void base64(const std::string& value);
  void options(const std::vector<Opt::Option>&) { unprintable_ = true; }

  // Empty: these values have no presentation form.
  std::string take() { return unprintable_ ? std::string() : std::move(out_); }

 private:
  void add(std::string_view field);
  std::string out_;
  bool unprintable_ = false;
};

class ParseFields {
 public:
  ParseFields(std::span<const Token> tokens, const Name& origin) : tokens_(tokens), origin_(origin) {}
  void u8(std::uint8_t& value);
  void u16(std::uint16_t& value);
  void u32(std::uint32_t& value);
  void type(Type& value);
  void time(std::uint32_t& value);
  void name(Name& value);
  void ipv4(std::array<std::uint8_t, 4>& value);
  void ipv6(std::array<std::uint8_t, 16>& value);
  void strings(std::vector<std::string>& values);
  void tag(std::string& value);
  void text(std::string& value);
  void hex(std::string& value);     // white space within it is ignored (RFC 6698 §2.2)
  void base64(std::string& value);  // the same (RFC 4034 §3.2)
  void options(std::vector<Opt::Option>&) { failed_ = true; }

  bool complete() const { return !failed_ && tokens_.empty(); }

 private:
  std::string_view next();
  std::string all();
  std::span<const Token> tokens_;
  const Name& origin_;
  bool failed_ = false;
};

// A name of zone text: relative ones are completed with `origin`, "@" is it.
std::optional<Name> zone_name(const Token& token, const Name& origin);

template <class T>
bool RdataCodec<T>::read(WireReader& reader, T& value) {
  ReadFields fields(reader);
  T::list(fields, value);
  return !reader.failed() && reader.left() == 0;
}

template <class T>
void RdataCodec<T>::write(const T& value, WireWriter& writer) {
  WriteFields fields(writer);
  T::list(fields, value);
}

template <class T>
std::string RdataCodec<T>::print(const T& value) {
  PrintFields fields;
  T::list(fields, value);
  return fields.take();
}

template <class T>
bool RdataCodec<T>::parse(std::span<const Token> tokens, const Name& origin, T& value) {
  ParseFields fields(tokens, origin);
  T::list(fields, value);
  return fields.complete();
}

}  // namespace sm::dns
