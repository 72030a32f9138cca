#include "backend/rnp/inflate.hpp"

#include <botan/compression.h>

#include <algorithm>
#include <array>

#include "backend/rnp/message.hpp"
#include "io/filters.hpp"

namespace sm::rnp {
namespace {

class Inflater final : public Source {
 public:
  Inflater(Source& from, const char* algorithm)
      : from_(from), codec_(Botan::Decompression_Algorithm::create_or_throw(algorithm)) {
    codec_->start();
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (failed_) return damaged();
    while (position_ == out_.size() && !ended_) {
      // Botan gives all that its input yields at once: little input, so that a bomb goes off in small pieces.
      std::array<char, 64> piece;
      const std::size_t got = SM_TRY(from_.read(piece));
      position_ = 0;
      if (got == 0 || !inflate({piece.data(), got})) return broken();
      if (ended_ && SM_TRY(from_.read(piece)) != 0) return broken();
    }
    const std::size_t count = std::min(buffer.size(), out_.size() - position_);
    std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(position_), count, buffer.begin());
    position_ += count;
    return count;
  }

 private:
  // Puts into out_ what `bytes` yield; false if they are malformed.
  bool inflate(std::span<const char> bytes) {
    out_.assign(bytes.begin(), bytes.end());
    try {
      codec_->update(out_);
    } catch (const Botan::Exception&) {
      return false;
    }
    // update() must not be called once the stream has ended, and only finish() tells that it has.
    Botan::secure_vector<std::uint8_t> rest;
    try {
      codec_->finish(rest);
      ended_ = true;
    } catch (const Botan::Exception&) {
      ended_ = false;
    }
    out_.insert(out_.end(), rest.begin(), rest.end());
    return true;
  }

  Unexpected broken() {
    failed_ = true;
    return damaged();
  }

  Source& from_;
  std::unique_ptr<Botan::Decompression_Algorithm> codec_;
  Botan::secure_vector<std::uint8_t> out_;
  std::size_t position_ = 0;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<Source> make_inflater(int algorithm, Source& from) {
  switch (algorithm) {
    case 0:
      return std::make_unique<BorrowedSource>(from);
    case 1:
      return std::make_unique<Inflater>(from, "deflate");
    case 2:
      return std::make_unique<Inflater>(from, "zlib");
    case 3:
      return std::make_unique<Inflater>(from, "bzip2");
    default:
      return nullptr;
  }
}

}  // namespace sm::rnp
