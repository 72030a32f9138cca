// Every bound on what comes from outside, in one place; smtools.7 lists them under LIMITS.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sm::limits {

inline constexpr int mime_depth = 64;                           // nested parts; deeper is an opaque leaf
inline constexpr int mime_parts = 10'000;                       // parts in a message; further ones are opaque
inline constexpr std::size_t header_bytes = 256 * 1024;         // one header, of the message or of a part
inline constexpr std::size_t line_bytes = 1024 * 1024;          // a longer line is handled in pieces
inline constexpr std::uint64_t max_message = 1ull << 30;        // output of a decryption, unless max-message says other
inline constexpr int packet_nesting = 8;                        // OpenPGP packets inside packets
inline constexpr std::uint64_t compression_ratio = 200;         // of a decryption's output to its input …
inline constexpr std::uint64_t compression_free = 16ull << 20;  // … beyond this many bytes of output
inline constexpr std::size_t network_certificate = 1024 * 1024;  // a certificate that came from the network
inline constexpr std::size_t spool_memory = 1024 * 1024;         // a Spool's bytes before it goes to an unlinked file

}  // namespace sm::limits
