#include "backend/rnp/inflate.hpp"

#include <botan/compression.h>

#include <algorithm>
#include <array>

#include "backend/rnp/message.hpp"

namespace sm::rnp {
namespace {

class Inflater final : public Source {
 public:
  Inflater(Source& from, const char* algorithm)
      : from_(from), codec_(Botan::Decompression_Algorithm::create_or_throw(algorithm)) {
    codec_->start();
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    while (position_ == out_.size() && !ended_) {
      // Botan gives all that its input yields at once: little input, so that a bomb goes off in small pieces.
      std::array<char, 64> piece;
      const std::size_t got = SM_TRY(from_.read(piece));
      out_.assign(piece.data(), piece.data() + got);
      position_ = 0;
      ended_ = got == 0;
      try {
        ended_ ? codec_->finish(out_) : codec_->update(out_);
      } catch (const Botan::Exception&) {
        ended_ = true;
        out_.clear();
        return damaged();
      }
    }
    const std::size_t count = std::min(buffer.size(), out_.size() - position_);
    std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(position_), count, buffer.begin());
    position_ += count;
    return count;
  }

 private:
  Source& from_;
  std::unique_ptr<Botan::Decompression_Algorithm> codec_;
  Botan::secure_vector<std::uint8_t> out_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

class Stored final : public Source {
 public:
  explicit Stored(Source& from) : from_(from) {}
  Result<std::size_t> read(std::span<char> buffer) override { return from_.read(buffer); }

 private:
  Source& from_;
};

}  // namespace

std::unique_ptr<Source> make_inflater(int algorithm, Source& from) {
  switch (algorithm) {
    case 0:
      return std::make_unique<Stored>(from);
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
