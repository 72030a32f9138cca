// Replacing the key of a mail server without losing a message (RFC 7671 §8.1, §8.4).
//
// A client believes the TLSA records that its resolver has, which may have got them as long as their TTL ago. So the
// record of the next key is published beside that of the present one first; the key is changed only when no cache can
// have the records without it any more; and the old record goes later still. Twice the TTL, since a secondary server
// may have handed out the old records for a while after the first one had the new (RFC 7671 §8.1).
//
// DNS does not say when a record appeared. So it is remembered when every authoritative server was first seen to have
// it: in a file of one line for each key that waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dane/material.hpp"

namespace sm::dane {

struct KeyChange {
  std::vector<Material> current;  // the server's certificate, then those above it that it sends
  std::vector<Material> next;     // likewise, or the key alone
};

// What the records of one server say about both keys.
enum class Published {
  both,
  both_by_certificate,  // the next one as this very certificate, and not with another of the same key
  both_by_issuer,       // the next one only if its certificate will have the same issuer as the present one
  no_next,
  no_current,  // the key in use does not fit: mail fails already
};

// Whether `records` cover both keys: by usage 3 at the server's own certificate or key, by usage 2 at one above it. Of
// the digests of one usage and selector only the strongest counts, since clients heed no other (RFC 7671 §9).
Published published(const std::vector<dns::Tlsa>& records, const KeyChange& change, MakeRecord make_record);

std::string_view name_of(Published);  // "both", "both-by-certificate", "both-by-issuer", "no-next", "no-current"

// What waits, if that is how the servers have it: the next key, the next certificate, or the next key with the issuer
// of the present certificate. The time of one says nothing of another.
std::string waiting_for(Published, const KeyChange& change);

struct Waiting {
  std::string name;             // of the record, as dns::Name::key() shows it: "_25._tcp.mx.example.org"
  std::string key;              // SHA-256 of waiting_for(), in hexadecimal
  std::int64_t first_seen = 0;  // seconds since the epoch
  std::uint32_t ttl = 0;        // seconds; the longest since

  // When the last cache has it: `ttl` twice after it was first seen.
  std::int64_t safe_at() const { return first_seen + 2 * static_cast<std::int64_t>(ttl); }
  bool operator==(const Waiting&) const = default;
};

inline constexpr std::size_t max_state = 1024 * 1024;  // octets of the file

// The file: a comment, then a line for each. Errors: dane.state (data), with the line.
Result<std::vector<Waiting>> parse_state(std::string_view text);
std::string write_state(const std::vector<Waiting>& all);

// Every server has both at `now`, for at most `ttl` seconds: notes it, and says since when. A first time that lies in
// the future is of a clock that was wrong, and begins anew.
Waiting note_seen(std::vector<Waiting>& all, const std::string& name, const std::string& key, std::int64_t now,
                  std::uint32_t ttl);
// Some server has not: a cache may have the records without it again. Whether anything was noted.
bool forget(std::vector<Waiting>& all, const std::string& name, const std::string& key);

}  // namespace sm::dane
