#include "arrival.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "mime/address.hpp"

namespace sm::smkey {
namespace {

constexpr std::size_t most_packets = 5'000;
constexpr std::size_t most_certificates = 100;

Unexpected bad_answer(std::string why) {
  return fail(ErrorKind::data, "smkey.answer", std::move(why));
}

// Texts of its user IDs, right or not: the certificate has not been looked at by a library yet, and should not be with
// what does not concern it.
Result<std::vector<std::string>> user_ids_of(std::string_view certificate) {
  std::vector<std::string> user_ids;
  for (const Packet& packet : SM_TRY(split_packets(certificate)))
    if (packet.tag == packet_user_id) user_ids.emplace_back(packet.body);
  return user_ids;
}

// What of `certificate` with the user IDs in `keep`, joined with what is `stored` (or empty), is worth keeping.
Result<Arrival> judge(Session& session, std::string_view certificate, const std::vector<std::string>& keep,
                      std::string_view stored) {
  CertificateReader& reader = *session.reader;
  std::string whole = SM_TRY(reader.strip(certificate, keep, false));
  // A certificate without user IDs may be complete only together with those that are stored.
  if (!stored.empty()) whole = SM_TRY(reader.merge(stored, whole));
  Arrival arrival;
  arrival.news = SM_TRY(reader.strip(whole, std::nullopt, true));
  std::string merged = arrival.news;
  if (!stored.empty()) merged = SM_TRY(reader.merge(stored, arrival.news));
  if (merged.size() > limits::network_certificate && merged.size() > stored.size())
    return bad_answer("the certificate would grow beyond all measure");
  arrival.info = SM_TRY(reader.inspect(merged));
  arrival.fingerprint = arrival.info.fingerprint();
  return arrival;
}

}  // namespace

Result<std::vector<std::string>> split_answer(std::string_view answer) {
  if (answer.size() > 2 * limits::network_certificate) return bad_answer("the answer is too long");
  std::string bytes;
  if (is_armored(answer)) {
    const auto blocks = dearmor(answer);
    if (!blocks) return bad_answer("the answer is damaged");
    for (const ArmorBlock& block : *blocks) bytes += block.bytes;
  } else {
    bytes = answer;
  }
  if (bytes.size() > limits::network_certificate) return bad_answer("the answer is too long");
  const auto packets = split_packets(bytes);
  if (!packets || packets->empty()) return bad_answer("the answer is not OpenPGP");
  if (packets->size() > most_packets) return bad_answer("the answer has too many packets");
  std::vector<std::string> certificates;
  for (const Packet& packet : *packets) {
    if (packet.tag == packet_secret_key || packet.tag == packet_secret_subkey)
      return bad_answer("there is a secret key in the answer");
    if (packet.tag == packet_public_key) certificates.emplace_back();
    if (certificates.empty()) return bad_answer("the answer is not a certificate");
    if (certificates.size() > most_certificates) return bad_answer("the answer has too many certificates");
    certificates.back() += packet.raw;
  }
  return certificates;
}

Result<std::optional<Arrival>> arrival_of_address(Session& session, std::string_view certificate,
                                                  const std::string& address, const std::string& bound) {
  std::vector<std::string> keep = SM_TRY(user_ids_of(certificate));
  std::erase_if(keep, [&](const std::string& text) { return mime::user_id_address(text) != address; });
  if (keep.empty()) return std::optional<Arrival>();
  Arrival arrival = SM_TRY(judge(session, certificate, keep, {}));
  const auto is_valid = [&](const std::string& text) {
    return std::ranges::any_of(arrival.info.user_ids,
                               [&](const UserId& user_id) { return user_id.valid && user_id.text == text; });
  };
  std::erase_if(keep, [&](const std::string& text) { return !is_valid(text); });
  if (keep.empty()) return std::optional<Arrival>();

  const auto stored = SM_TRY(session.store.certificate(arrival.fingerprint));
  std::string as_found = std::move(arrival.news);
  arrival = SM_TRY(judge(session, certificate, keep, stored ? std::string_view(*stored) : std::string_view()));
  arrival.found = std::move(as_found);
  if (!bound.empty() && SM_TRY(session.reader->is_certified(certificate, keep, bound))) {
    const std::string signed_by_others = SM_TRY(session.reader->strip(certificate, keep, false));
    std::string news = SM_TRY(session.reader->merge(arrival.news, signed_by_others));
    std::string merged = news;
    if (stored) merged = SM_TRY(session.reader->merge(*stored, news));
    if (merged.size() <= limits::network_certificate) arrival.news = std::move(news);
  }
  return std::optional(std::move(arrival));
}

Result<Arrival> arrival_of_update(Session& session, std::string_view certificate, std::string_view stored) {
  const auto keep = SM_TRY(user_ids_of(stored));
  return judge(session, certificate, keep, stored);
}

}  // namespace sm::smkey
