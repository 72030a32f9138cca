#include "dns/message.hpp"

#include "dns/wire.hpp"

namespace sm::dns {
namespace {

// RFC 1035 §4.1.1, RFC 2535 §6.1.
enum Flags : std::uint16_t {
  flag_qr = 0x8000,
  flag_aa = 0x0400,
  flag_tc = 0x0200,
  flag_rd = 0x0100,
  flag_ra = 0x0080,
  flag_ad = 0x0020,
  flag_cd = 0x0010,
};
constexpr std::uint32_t flag_do = 0x8000;  // in OPT's TTL, RFC 6891 §6.1.3
constexpr std::uint32_t max_ttl = 0x7FFFFFFF;

Unexpected bad_message(std::string_view why) {
  return fail(ErrorKind::data, "dns.bad-message", "malformed DNS message: " + std::string(why));
}

// RFC 6891 §6.1.2, §6.1.3: class is the size, TTL the rest of the rcode, the version and DO.
Result<void> read_opt(Record& record, Message& message) {
  if (message.edns) return bad_message("a second OPT record");
  auto* options = std::get_if<Opt>(&record.data);
  if (!options || !record.name.is_root()) return bad_message("bad OPT record");
  message.rcode = static_cast<Rcode>(record.ttl >> 24 << 4 | static_cast<unsigned>(message.rcode));
  message.edns = Edns{record.dns_class, static_cast<std::uint8_t>(record.ttl >> 16), (record.ttl & flag_do) != 0,
                      std::move(*options)};
  return {};
}

enum class Section { answer, authority, additional };

Result<void> read_records(std::string_view bytes, WireReader& reader, unsigned count, Section section,
                          std::vector<Record>& records, Message& message) {
  for (unsigned i = 0; i < count; ++i) {
    Record record;
    record.name = reader.name();
    record.type = static_cast<Type>(reader.u16());
    record.dns_class = reader.u16();
    record.ttl = reader.u32();
    const std::uint16_t size = reader.u16();
    const std::size_t offset = reader.offset();
    reader.bytes(size);
    if (reader.failed()) return bad_message("cut short");
    record.data = read_rdata(record.type, bytes, offset, size);
    if (record.type == Type::opt) {
      if (section != Section::additional) return bad_message("an OPT record out of place");
      SM_TRY(read_opt(record, message));
      continue;
    }
    if (record.ttl > max_ttl) record.ttl = 0;
    records.push_back(std::move(record));
  }
  return {};
}

Result<void> write_records(const std::vector<Record>& records, WireWriter& writer) {
  for (const Record& record : records) {
    const std::string data = SM_TRY(write_rdata(record.data));
    writer.name(record.name);
    writer.u16(static_cast<std::uint16_t>(record.type));
    writer.u16(record.dns_class);
    writer.u32(record.ttl);
    writer.u16(static_cast<std::uint16_t>(data.size()));
    writer.bytes(data);
  }
  return {};
}

}  // namespace

Result<Message> read_message(std::string_view bytes) {
  if (bytes.size() > max_message) return bad_message("longer than 65535 octets");
  WireReader reader(bytes);
  Message message;
  message.id = reader.u16();
  const std::uint16_t flags = reader.u16();
  message.response = (flags & flag_qr) != 0;
  message.opcode = static_cast<std::uint8_t>(flags >> 11 & 0x0F);
  message.authoritative = (flags & flag_aa) != 0;
  message.truncated = (flags & flag_tc) != 0;
  message.recursion_desired = (flags & flag_rd) != 0;
  message.recursion_available = (flags & flag_ra) != 0;
  message.authentic = (flags & flag_ad) != 0;
  message.checking_disabled = (flags & flag_cd) != 0;
  message.rcode = static_cast<Rcode>(flags & 0x0F);
  const std::uint16_t questions = reader.u16();
  const std::uint16_t answers = reader.u16();
  const std::uint16_t authority = reader.u16();
  const std::uint16_t additional = reader.u16();
  for (unsigned i = 0; i < questions; ++i) {
    Question question;
    question.name = reader.name();
    question.type = static_cast<Type>(reader.u16());
    question.question_class = reader.u16();
    if (reader.failed()) break;
    message.questions.push_back(std::move(question));
  }
  if (reader.failed()) return bad_message("cut short");
  SM_TRY(read_records(bytes, reader, answers, Section::answer, message.answers, message));
  SM_TRY(read_records(bytes, reader, authority, Section::authority, message.authority, message));
  SM_TRY(read_records(bytes, reader, additional, Section::additional, message.additional, message));
  if (reader.left() != 0) return bad_message("octets behind the last record");
  return message;
}

Result<std::string> write_message(const Message& message) {
  std::string bytes;
  bytes.reserve(512);
  WireWriter writer(bytes);
  const auto rcode = static_cast<unsigned>(message.rcode);
  unsigned flags = (message.opcode & 0x0Fu) << 11 | (rcode & 0x0Fu);
  if (message.response) flags |= flag_qr;
  if (message.authoritative) flags |= flag_aa;
  if (message.truncated) flags |= flag_tc;
  if (message.recursion_desired) flags |= flag_rd;
  if (message.recursion_available) flags |= flag_ra;
  if (message.authentic) flags |= flag_ad;
  if (message.checking_disabled) flags |= flag_cd;
  writer.u16(message.id);
  writer.u16(static_cast<std::uint16_t>(flags));
  for (const std::size_t count : {message.questions.size(), message.answers.size(), message.authority.size(),
                                  message.additional.size() + (message.edns ? 1 : 0)})
    writer.u16(static_cast<std::uint16_t>(count));  // more than 65535 is more than max_message
  for (const Question& question : message.questions) {
    writer.name(question.name);
    writer.u16(static_cast<std::uint16_t>(question.type));
    writer.u16(question.question_class);
  }
  SM_TRY(write_records(message.answers, writer));
  SM_TRY(write_records(message.authority, writer));
  SM_TRY(write_records(message.additional, writer));
  if (message.edns) {
    const Edns& edns = *message.edns;
    Record record{.type = Type::opt, .dns_class = edns.udp_size, .data = edns.options};
    record.ttl = rcode >> 4 << 24 | static_cast<std::uint32_t>(edns.version) << 16 | (edns.dnssec_ok ? flag_do : 0u);
    SM_TRY(write_records({record}, writer));
  }
  if (bytes.size() > max_message)
    return fail(ErrorKind::data, "dns.message-too-long", "a DNS message of more than 65535 octets");
  return bytes;
}

}  // namespace sm::dns
