#include "pgpmime/encrypt.hpp"

#include <sys/stat.h>

#include "crypto/armor.hpp"
#include "io/memory.hpp"
#include "mime/transform.hpp"
#include "mime/writer.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/structure.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

// Reads on until the header must be complete, and gives those bytes out again.
class PeekingSource final : public Source {
 public:
  explicit PeekingSource(Source& from) : from_(from) {}

  // The bytes up to a blank line at least, or all there is, or more than a header may have.
  Result<std::string_view> peek() {
    while (seen_.size() <= limits::header_bytes && seen_.find("\n\n") == std::string::npos &&
           seen_.find("\n\r\n") == std::string::npos && seen_.find("\r\r") == std::string::npos) {
      char piece[16 * 1024];
      const std::size_t count = SM_TRY(from_.read(piece));
      if (count == 0) break;
      seen_.append(piece, count);
    }
    return std::string_view(seen_);
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (position_ == seen_.size()) return from_.read(buffer);
    const std::size_t count = seen_.copy(buffer.data(), buffer.size(), position_);
    position_ += count;
    return count;
  }

 private:
  Source& from_;
  std::string seen_;
  std::size_t position_ = 0;
};

// What the first bytes of a message say.
struct Beginning {
  std::string mbox_line;
  std::string header;
  std::string content_type;
  Eol eol = Eol::lf;
  bool empty = true;
};

Result<Beginning> read_beginning(std::string_view bytes) {
  StringSource source(bytes);
  mime::Tokenizer tokenizer(source);
  Beginning result;
  for (;;) {
    const mime::Token token = SM_TRY(tokenizer.next());
    using Kind = mime::Token::Kind;
    if (token.kind == Kind::mbox_line) result.mbox_line = token.raw;
    if (token.kind == Kind::header && token.part == 0) result.header += token.raw;
    if (token.kind == Kind::separator && token.part == 0) result.content_type = token.header->content_type.value;
    if (token.kind == Kind::body || token.kind == Kind::text || token.kind == Kind::delimiter || token.part > 0 ||
        token.kind == Kind::end) {
      result.empty = result.header.empty() && token.kind == Kind::end;
      result.eol = tokenizer.first_eol();
      return result;
    }
  }
}

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

std::string without_bcc(const mime::Header& header) {
  std::string kept;
  for (const mime::Field& field : header.fields)
    if (!field.is("Bcc") && !field.is("Resent-Bcc")) kept += field.raw;
  return kept;
}

}  // namespace

struct Plaintext::State {
  explicit State(int fd) : descriptor(fd) {}
  DescriptorSource descriptor;
  std::optional<Document> document;      // a seekable input, or one that had to be read whole
  std::optional<Range> range;            // of `document`
  std::optional<PeekingSource> peeking;  // what streams, from the first byte
  std::optional<mime::Outline> outline;  // when read whole
  Beginning beginning;
  mime::Header header;
  bool already_encrypted = false;
};

Plaintext::Plaintext(std::unique_ptr<State> state) : state_(std::move(state)) {}
Plaintext::Plaintext(Plaintext&&) noexcept = default;
Plaintext::~Plaintext() = default;
const mime::Header& Plaintext::header() const {
  return state_->header;
}
bool Plaintext::already_encrypted() const {
  return state_->already_encrypted;
}

Source& Plaintext::unchanged() {
  if (!state_->document) return *state_->peeking;
  return state_->range.emplace(*state_->document, state_->document->all());
}

Result<Plaintext> Plaintext::begin(int fd, bool for_signature, const std::string& spool_directory) {
  auto state = std::make_unique<State>(fd);
  struct stat status = {};
  Source* input = &state->descriptor;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    state->document.emplace(SM_TRY(Document::from_descriptor(fd, spool_directory)));
    input = &state->range.emplace(*state->document, state->document->all());
  }
  state->peeking.emplace(*input);
  const std::string_view bytes = SM_TRY(state->peeking->peek());
  state->beginning = SM_TRY(read_beginning(bytes));
  if (state->beginning.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  state->header = mime::parse_header(state->beginning.header, state->beginning.eol == Eol::cr);

  if (for_signature || may_be_encrypted(state->beginning.content_type)) {
    if (!state->document) {
      Spool spool(spool_directory);
      SM_TRY(copy(*state->peeking, spool));
      SM_TRY(spool.finish());
      state->document.emplace(Document::from_spool(std::move(spool)));
    }
    state->outline = SM_TRY(mime::scan(*state->document));
    state->already_encrypted = SM_TRY(is_encrypted(*state->document, *state->outline));
  }
  return Plaintext(std::move(state));
}

Result<EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor, const EncryptionRequest& request,
                                 bool keep_bcc, const std::string& spool_directory) {
  Plaintext::State& state = *plaintext.state_;
  EncryptedMessage result;
  Spool spool(spool_directory, Spool::Content::ciphertext);
  if (state.outline) {
    mime::SevenBit entity(*state.document, *state.outline);
    const auto source = entity.open();
    SM_TRY(encryptor.encrypt(*source, spool, request));
    result.findings = entity.findings();
  } else {
    mime::CanonicalEntity entity = SM_TRY(mime::CanonicalEntity::begin(*state.peeking, spool_directory));
    SM_TRY(encryptor.encrypt(entity.entity(entity.content_header()), spool, request));
  }
  SM_TRY(spool.finish());
  result.cipher = std::make_unique<Document>(Document::from_spool(std::move(spool)));

  const std::string eol(eol_text(state.beginning.eol));
  const std::string boundary = mime::make_boundary();
  const std::string outer = keep_bcc ? state.beginning.header : without_bcc(state.header);
  result.message.add_text(state.beginning.mbox_line);
  result.message.add_text(
      mime::replace_content(mime::parse_header(outer, state.beginning.eol == Eol::cr),
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
