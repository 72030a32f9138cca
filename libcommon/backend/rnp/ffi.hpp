// RNP's C interface in C++ terms: owning handles, strings, and the adaptors between its callbacks and Source and Sink.
#pragma once

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/handle.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "io/stream.hpp"

namespace sm::rnp {

using Ffi = Handle<rnp_ffi_st, rnp_ffi_destroy>;
using Input = Handle<rnp_input_st, rnp_input_destroy>;
using Output = Handle<rnp_output_st, rnp_output_destroy>;
using KeyHandle = Handle<rnp_key_handle_st, rnp_key_handle_destroy>;
using UidHandle = Handle<rnp_uid_handle_st, rnp_uid_handle_destroy>;
using SignatureHandle = Handle<rnp_signature_handle_st, rnp_signature_handle_destroy>;

// An empty context whose time is `now`. Throws std::bad_alloc.
Ffi make_ffi(std::int64_t now);

// What an accessor stored as a new string, freed; empty if it failed or stored none.
template <class F, class... A>
std::string get_string(F accessor, A... arguments) {
  char* text = nullptr;
  const rnp_result_t result = accessor(arguments..., &text);
  std::string copy = result == RNP_SUCCESS && text ? text : "";
  rnp_buffer_destroy(text);
  return copy;
}
template <class F, class... A>
bool get_flag(F accessor, A... arguments) {
  bool value = false;
  return accessor(arguments..., &value) == RNP_SUCCESS && value;
}
template <class F, class... A>
std::uint32_t get_number(F accessor, A... arguments) {
  std::uint32_t value = 0;
  return accessor(arguments..., &value) == RNP_SUCCESS ? value : 0;
}
template <class F, class... A>
std::size_t get_count(F accessor, A... arguments) {
  std::size_t value = 0;
  return accessor(arguments..., &value) == RNP_SUCCESS ? value : 0;
}

// `bytes` must outlive it.
Input memory_input(std::string_view bytes);

// The key in the context by fingerprint or 16-digit key ID; null if it is not loaded.
KeyHandle locate(rnp_ffi_t ffi, std::string_view id);
std::string fingerprint_of(rnp_key_handle_t key);
// The primary key that `key` (not null) belongs to, itself if it is one; null if that is not loaded.
KeyHandle primary_of(rnp_ffi_t ffi, rnp_key_handle_t key);
// Whether an operation that is given this key will use it ("sign", "encrypt"): if RNP finds it unfit, it takes another
// key of the certificate without a word.
bool is_fit(rnp_key_handle_t key, const char* usage);

// Takes in a certificate, or the public part of a secret key, leaving out what RNP does not know.
bool load_certificate(rnp_ffi_t ffi, std::string_view bytes);
// Takes in the secret key packets alone. What they are worth is the certificate's to say: checking the same signatures
// in both would cost more than all else that a small operation does.
bool load_secret(rnp_ffi_t ffi, std::string_view bytes);
// Forgets all keys.
void unload(rnp_ffi_t ffi);

// Keeps what stopped a callback: no exception may cross the library, and the first Error wins over its result code.
class Failure {
 public:
  // Runs `step` in a callback; false once anything has failed.
  template <class F>
  bool guard(F step) noexcept {
    if (error_ || exception_) return false;
    try {
      return step();
    } catch (...) {
      exception_ = std::current_exception();
      return false;
    }
  }
  bool keep(Error error) {
    if (!error_) error_ = std::move(error);
    return false;
  }
  // After the library returned: throws what was caught.
  std::optional<Error> take() {
    if (exception_) std::rethrow_exception(exception_);
    return std::move(error_);
  }

 private:
  std::optional<Error> error_;
  std::exception_ptr exception_;
};

// A library input that pulls from `source`; both, and this, must outlive the operation.
class SourceInput {
 public:
  SourceInput(Source& source, Failure& failure);
  SourceInput(const SourceInput&) = delete;
  SourceInput& operator=(const SourceInput&) = delete;
  rnp_input_t get() const { return input_.get(); }

 private:
  static bool read(void* self, void* buffer, std::size_t size, std::size_t* got) noexcept;
  Source& source_;
  Failure& failure_;
  Input input_;
};

// A library output that pushes to `sink`. It does not finish() it.
class SinkOutput {
 public:
  SinkOutput(Sink& sink, Failure& failure);
  SinkOutput(const SinkOutput&) = delete;
  SinkOutput& operator=(const SinkOutput&) = delete;
  rnp_output_t get() const { return output_.get(); }

 private:
  static bool write(void* self, const void* bytes, std::size_t size) noexcept;
  Sink& sink_;
  Failure& failure_;
  Output output_;
};

// A growing output in memory.
class MemoryOutput {
 public:
  MemoryOutput();
  rnp_output_t get() const { return output_.get(); }
  // Valid as long as this, until the next write.
  std::string_view bytes() const;

 private:
  Output output_;
};

}  // namespace sm::rnp
