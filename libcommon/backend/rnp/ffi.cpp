#include "backend/rnp/ffi.hpp"

#include <algorithm>
#include <new>

#include "backend/rnp/framing.hpp"
#include "base/headroom.hpp"

namespace sm::rnp {
namespace {

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

// A failure to make an object of the library is memory that ran out: nothing else is documented to happen.
void must(rnp_result_t result) {
  if (result != RNP_SUCCESS) throw std::bad_alloc();
}

// RNP does not tell memory that ran out from a key that is malformed or missing, and writes through some null pointers.
// This is more than any of its steps takes beyond its input, asked for while there is somebody who can say so.
constexpr std::size_t headroom = 2 << 20;

// A packet whose tag it does not know costs RNP the whole certificate, permissive or not. Empty: there is none.
std::string without_unknown_packets(std::string_view bytes) {
  const auto is_known = [](const Packet& packet) {
    switch (packet.tag) {
      case packet_signature:
      case packet_secret_key:
      case packet_public_key:
      case packet_secret_subkey:
      case packet_user_id:
      case packet_public_subkey:
      case packet_user_attribute:
        return true;
      default:
        return false;
    }
  };
  const PacketRun run = leading_packets(bytes);
  std::string known;
  if (std::ranges::all_of(run.packets, is_known)) return known;
  for (const Packet& packet : run.packets) {
    if (is_known(packet)) known += packet.raw;
  }
  return known;
}

}  // namespace

Ffi make_ffi(std::int64_t now) {
  need_memory(headroom);
  Ffi ffi;
  must(rnp_ffi_create(out(ffi), RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG));
  must(rnp_set_timestamp(ffi.get(), static_cast<std::uint64_t>(now)));
  return ffi;
}

Input memory_input(std::string_view bytes) {
  need_memory(headroom);
  Input input;
  must(rnp_input_from_memory(out(input), octets(bytes), bytes.size(), false));
  return input;
}

KeyHandle locate(rnp_ffi_t ffi, std::string_view id) {
  KeyHandle key;
  const char* type = id.size() == 16 ? "keyid" : "fingerprint";
  rnp_locate_key(ffi, type, std::string(id).c_str(), out(key));
  return key;
}

std::string fingerprint_of(rnp_key_handle_t key) {
  return get_string(rnp_key_get_fprint, key);
}

KeyHandle primary_of(rnp_ffi_t ffi, rnp_key_handle_t key) {
  const std::string primary = get_string(rnp_key_get_primary_fprint, key);  // none of a primary key
  return locate(ffi, primary.empty() ? fingerprint_of(key) : primary);
}

bool is_fit(rnp_key_handle_t key, const char* usage) {
  KeyHandle choice;
  rnp_key_get_default_key(key, usage, 0, out(choice));
  return choice && fingerprint_of(choice.get()) == fingerprint_of(key);
}

bool load_certificate(rnp_ffi_t ffi, std::string_view bytes) {
  if (bytes.empty()) return false;
  const std::string known = without_unknown_packets(bytes);
  if (!known.empty()) bytes = known;
  const Input input = memory_input(bytes);
  // Permissive: one packet that RNP does not know must not spoil the certificate.
  return rnp_import_keys(ffi, input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE, nullptr) ==
         RNP_SUCCESS;
}

bool load_secret(rnp_ffi_t ffi, std::string_view bytes) {
  const PacketRun run = leading_packets(bytes);
  Secret packets(bytes.size());
  std::size_t size = 0;
  for (const Packet& packet : run.packets) {
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    size += packet.raw.copy(packets.data() + size, packet.raw.size());
  }
  if (size == 0) return false;
  const Input input = memory_input(packets.view().substr(0, size));
  return rnp_load_keys(ffi, RNP_KEYSTORE_GPG, input.get(), RNP_LOAD_SAVE_SECRET_KEYS) == RNP_SUCCESS;
}

void unload(rnp_ffi_t ffi) {
  rnp_unload_keys(ffi, RNP_KEY_UNLOAD_PUBLIC | RNP_KEY_UNLOAD_SECRET);
}

SourceInput::SourceInput(Source& source, Failure& failure) : source_(source), failure_(failure) {
  need_memory(headroom);
  must(rnp_input_from_callback(out(input_), &SourceInput::read, nullptr, this));
}

bool SourceInput::read(void* self, void* buffer, std::size_t size, std::size_t* got) noexcept {
  auto& input = *static_cast<SourceInput*>(self);
  return input.failure_.guard([&] {
    auto result = input.source_.read({static_cast<char*>(buffer), size});
    if (!result) return input.failure_.keep(std::move(result).error());
    *got = *result;
    return true;
  });
}

SinkOutput::SinkOutput(Sink& sink, Failure& failure) : sink_(sink), failure_(failure) {
  must(rnp_output_to_callback(out(output_), &SinkOutput::write, nullptr, this));
}

bool SinkOutput::write(void* self, const void* bytes, std::size_t size) noexcept {
  auto& output = *static_cast<SinkOutput*>(self);
  return output.failure_.guard([&] {
    auto result = output.sink_.write({static_cast<const char*>(bytes), size});
    return result ? true : output.failure_.keep(std::move(result).error());
  });
}

MemoryOutput::MemoryOutput() {
  must(rnp_output_to_memory(out(output_), 0));
}

std::string_view MemoryOutput::bytes() const {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  if (rnp_output_memory_get_buf(output_.get(), &data, &size, false) != RNP_SUCCESS) return {};
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace sm::rnp
