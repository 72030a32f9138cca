#include "pgpmime/frame.hpp"

#include "base/limits.hpp"
#include "crypto/armor.hpp"
#include "io/memory.hpp"
#include "mime/writer.hpp"

namespace sm::pgpmime {

namespace {

class ArmorSource final : public Source {
 public:
  ArmorSource(std::unique_ptr<Source> from, ArmorKind kind, std::string_view eol)
      : from_(std::move(from)), armor_(out_, kind, eol) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (position_ == text_.size() && !end_) {
      char piece[48 * 1024];
      const std::size_t count = SM_TRY(from_->read(piece));
      end_ = count == 0;
      if (end_)
        SM_TRY(armor_.finish());
      else
        SM_TRY(armor_.write({piece, count}));
      text_ = out_.take();
      position_ = 0;
    }
    const std::size_t count = text_.copy(buffer.data(), buffer.size(), position_);
    position_ += count;
    return count;
  }

 private:
  std::unique_ptr<Source> from_;
  StringSink out_;
  ArmorSink armor_;
  std::string text_;
  std::size_t position_ = 0;
  bool end_ = false;
};

}  // namespace

Result<void> leaves_room(std::string_view header) {
  constexpr std::size_t room = 4096;
  if (header.size() + room <= limits::header_bytes) return {};
  return fail(ErrorKind::data, "mime.header-too-long", "the header is too long for what has to be added to it");
}

EncryptedMessage frame(Spool cipher, std::string_view mbox_line, const std::string& outer, Eol line_end) {
  EncryptedMessage result;
  result.cipher = std::make_unique<Document>(Document::from_spool(std::move(cipher)));
  const std::string eol(eol_text(line_end));
  const std::string boundary = mime::make_boundary();
  result.message.add_text(std::string(mbox_line));
  result.message.add_text(
      mime::replace_content(mime::parse_header(outer, line_end == Eol::cr),
                            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";" + eol +
                                " boundary=\"" + boundary + "\"" + eol,
                            eol) +
      eol + "--" + boundary + eol + "Content-Type: application/pgp-encrypted" + eol +
      "Content-Description: PGP/MIME version identification" + eol + eol + "Version: 1" + eol + eol + "--" + boundary +
      eol + "Content-Type: application/octet-stream; name=\"encrypted.asc\"" + eol +
      "Content-Description: OpenPGP encrypted message" + eol +
      "Content-Disposition: inline; filename=\"encrypted.asc\"" + eol + eol);
  result.message.add(std::make_unique<ArmorSource>(std::make_unique<Range>(*result.cipher, result.cipher->all()),
                                                   ArmorKind::message, eol));
  result.message.add_text(eol + "--" + boundary + "--" + eol);
  return result;
}

}  // namespace sm::pgpmime
