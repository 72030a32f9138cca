#include "backend/rnp/unprotected.hpp"

#include <new>
#include <optional>

#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/inspect.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t max_passphrase = 255;  // RNP's

}  // namespace

rnp_result_t protect(rnp_key_handle_t key, const Secret& text) {
  return rnp_key_protect(key, text.view().data(), "AES256", nullptr, "SHA512", 0);
}

Secret secret_packet(rnp_key_handle_t key) {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (rnp_get_secret_key_data(key, &bytes, &size) != RNP_SUCCESS) throw std::bad_alloc();
  const PacketRun run = leading_packets({reinterpret_cast<const char*>(bytes), size});
  Secret packet = run.packets.empty() ? Secret() : Secret(run.packets.front().raw);
  rnp_buffer_clear(bytes, size);
  rnp_buffer_destroy(bytes);
  return packet;
}

Unexpected bad_passphrase_form() {
  return fail(ErrorKind::usage, "key.passphrase-form", "a passphrase may have at most 255 bytes, none of them zero");
}

std::optional<Secret> passphrase_text(const Secret& passphrase) {
  const std::string_view bytes = passphrase.view();
  if (bytes.size() > max_passphrase || bytes.find('\0') != std::string_view::npos) return std::nullopt;
  Secret text(bytes.size() + 1);
  bytes.copy(text.data(), bytes.size());
  return text;
}

Result<Secret> unprotected_packet(std::string_view secret_key, const Fingerprint& key,
                                  const PassphraseSource& passphrases, std::int64_t now) {
  Fingerprint primary;
  bool found = false;
  for (const Packet& packet : leading_packets(secret_key).packets) {
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    const auto body = parse_key(packet.body, true);
    if (!body) continue;
    const Fingerprint fingerprint = fingerprint_of_key(body->public_part);
    if (packet.tag == packet_secret_key) primary = fingerprint;
    if (fingerprint != key || body->is_stub) continue;
    if (!body->is_protected) return Secret(packet.raw);
    found = true;
  }
  if (!found) return fail(ErrorKind::key, "key.missing", "no secret key " + key);
  const Ffi ffi = make_ffi(now);
  load_secret(ffi.get(), secret_key);
  const KeyHandle handle = locate(ffi.get(), key);
  if (!handle) return fail(ErrorKind::key, "key.unusable", "the secret key " + key + " can't be read");
  const KeyHandle named = locate(ffi.get(), primary);
  const Secret given = SM_TRY(passphrases(inspect_key(named ? named.get() : handle.get()), ""));
  const auto text = passphrase_text(given);
  rnp_result_t result = RNP_ERROR_BAD_PASSWORD;
  if (text) result = rnp_key_unprotect(handle.get(), text->view().data());
  if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  if (result != RNP_SUCCESS) return wrong_passphrase(primary.empty() ? key : primary);
  return secret_packet(handle.get());
}

}  // namespace sm::rnp
