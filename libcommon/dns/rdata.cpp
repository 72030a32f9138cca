#include "dns/rdata.hpp"

#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "dns/rdata_codec.hpp"
#include "dns/wire.hpp"
#include "dns/zone_token.hpp"
#include "text/hex.hpp"

namespace sm::dns {
namespace {

// Calls `use` with a new value of the type's alternative in Rdata, or an Opaque for a type that has none.
template <class Use, std::size_t Index = 1>
auto with_alternative(Type type, Use&& use) {
  if constexpr (Index == std::variant_size_v<Rdata>) {
    return use(Opaque{});
  } else {
    using T = std::variant_alternative_t<Index, Rdata>;
    if (type == T::type) return use(T{});
    return with_alternative<Use, Index + 1>(type, std::forward<Use>(use));
  }
}

Rdata read_all(Type type, WireReader reader, std::string_view bytes) {
  return with_alternative(type, [&](auto value) -> Rdata {
    using T = decltype(value);
    if constexpr (!std::is_same_v<T, Opaque>)
      if (RdataCodec<T>::read(reader, value)) return value;
    return Opaque{std::string(bytes)};
  });
}

// RFC 3597 §5: \# length hex.
std::string generic(std::string_view bytes) {
  std::string text = "\\# " + std::to_string(bytes.size());
  if (!bytes.empty()) text.append(" ").append(hex_lower(bytes));
  return text;
}

std::optional<std::string> parse_generic(std::span<const Token> tokens) {
  if (tokens.size() < 2) return std::nullopt;
  const auto size = decimal(tokens[1].text, max_rdata);
  std::string digits;
  for (const Token& token : tokens.subspan(2)) digits += token.text;
  auto bytes = hex_decode(digits);
  if (!size || !bytes || bytes->size() != *size) return std::nullopt;
  return bytes;
}

Unexpected bad_text(Type type, std::string_view why) {
  return fail(ErrorKind::data, "dns.zone-syntax", text_of(type) + ": " + std::string(why));
}

}  // namespace

Rdata read_rdata(Type type, std::string_view message, std::size_t offset, std::size_t size) {
  return read_all(type, WireReader(message, offset, offset + size), message.substr(offset, size));
}

Rdata read_rdata(Type type, std::string_view bytes) {
  return read_all(type, WireReader::alone(bytes), bytes);
}

Result<std::string> write_rdata(const Rdata& data) {
  std::string bytes;
  WireWriter writer(bytes);
  std::visit(
      [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, Opaque>)
          bytes = value.bytes;
        else
          RdataCodec<T>::write(value, writer);
      },
      data);
  if (writer.failed() || bytes.size() > max_rdata)
    return fail(ErrorKind::data, "dns.bad-rdata", "a record's data does not fit its type");
  return bytes;
}

std::string text_of(const Rdata& data) {
  std::string text = std::visit(
      []<class T>(const T& value) {
        if constexpr (std::is_same_v<T, Opaque>)
          return std::string();
        else
          return RdataCodec<T>::print(value);
      },
      data);
  if (!text.empty()) return text;
  const auto bytes = write_rdata(data);
  return generic(bytes ? *bytes : std::string());
}

Result<Rdata> parse_rdata(Type type, std::span<const Token> tokens, const Name& origin) {
  if (!tokens.empty() && !tokens.front().quoted && tokens.front().text == "\\#") {
    const auto bytes = parse_generic(tokens);
    if (!bytes) return bad_text(type, "bad \\# form");
    return read_rdata(type, *bytes);
  }
  return with_alternative(type, [&](auto value) -> Result<Rdata> {
    using T = decltype(value);
    if constexpr (std::is_same_v<T, Opaque>) {
      return bad_text(type, "its data must be in \\# form");
    } else {
      if (!RdataCodec<T>::parse(tokens, origin, value)) return bad_text(type, "not this type's form");
      SM_TRY(write_rdata(value));
      return Rdata(std::move(value));
    }
  });
}

Result<Rdata> parse_rdata(Type type, std::string_view text, const Name& origin) {
  ZoneLine line;
  std::size_t number = 0;
  if (next_line(text, number, line) != LineState::line) return bad_text(type, "no data, or a quote left open");
  ZoneLine further;
  if (next_line(text, number, further) != LineState::end) return bad_text(type, "more than one line");
  return parse_rdata(type, line.tokens, origin);
}

}  // namespace sm::dns
