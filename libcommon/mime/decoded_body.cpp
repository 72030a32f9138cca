#include "mime/decoded_body.hpp"

#include <algorithm>

#include "text/base64.hpp"
#include "text/quoted_printable.hpp"

namespace sm::mime {

namespace {

// Undoes a transfer encoding piece by piece.
template <class Decoder>
class DecodingSource final : public Source {
 public:
  explicit DecodingSource(std::unique_ptr<Source> from) : from_(std::move(from)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return std::size_t{0};
    while (position_ == out_.size() && !end_) {
      out_.clear();
      position_ = 0;
      in_.resize(piece);
      const std::size_t count = SM_TRY(from_->read(in_));
      if (count == 0) {
        decoder_.finish(out_);
        end_ = true;
      } else {
        decoder_.put({in_.data(), count}, out_);
      }
    }
    const std::size_t count = std::min(buffer.size(), out_.size() - position_);
    out_.copy(buffer.data(), count, position_);
    position_ += count;
    return count;
  }

 private:
  static constexpr std::size_t piece = 64 * 1024;
  std::unique_ptr<Source> from_;
  Decoder decoder_;
  std::string in_;
  std::string out_;
  std::size_t position_ = 0;
  bool end_ = false;
};

// Skips and bounds what is read.
class Slice final : public Source {
 public:
  Slice(std::unique_ptr<Source> from, Extent within) : from_(std::move(from)), within_(within) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    while (at_ < within_.begin) {
      char skipped[4096];
      const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(sizeof skipped, within_.begin - at_));
      const std::size_t count = SM_TRY(from_->read({skipped, wanted}));
      if (count == 0) return std::size_t{0};
      at_ += count;
    }
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), within_.end - at_));
    if (wanted == 0) return std::size_t{0};
    const std::size_t count = SM_TRY(from_->read(buffer.first(wanted)));
    at_ += count;
    return count;
  }

 private:
  std::unique_ptr<Source> from_;
  Extent within_;
  std::uint64_t at_ = 0;
};

}  // namespace

std::unique_ptr<Source> decoded_body(Document& document, const Part& part) {
  auto body = std::make_unique<Range>(document, part.body);
  switch (part.header.encoding) {
    case Encoding::base64:
      return std::make_unique<DecodingSource<Base64Decoder>>(std::move(body));
    case Encoding::quoted_printable:
      return std::make_unique<DecodingSource<QuotedPrintableDecoder>>(std::move(body));
    default:
      return body;
  }
}

std::unique_ptr<Source> decoded_range(Document& document, const Part& part, Extent within) {
  const Encoding encoding = part.header.encoding;
  if (encoding != Encoding::base64 && encoding != Encoding::quoted_printable)
    return std::make_unique<Range>(
        document, Extent{part.body.begin + within.begin, std::min(part.body.begin + within.end, part.body.end)});
  return std::make_unique<Slice>(decoded_body(document, part), within);
}

}  // namespace sm::mime
