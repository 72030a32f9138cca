#include "pgpmime/encrypt.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>

#include "io/memory.hpp"
#include "mime/header_protection.hpp"
#include "mime/transform.hpp"
#include "pgpmime/at_rest.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/payload.hpp"
#include "pgpmime/structure.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

// Reads on until the header must be complete, and gives those bytes out again.
class PeekingSource final : public Source {
 public:
  explicit PeekingSource(Source& from) : from_(from) {}

  // The bytes up to a blank line at least, or all there is, or more than a header may have. A CR alone ends a line only
  // if it ends the first one.
  Result<std::string_view> peek() {
    const auto has_blank_line = [this] {
      const std::size_t end = seen_.find_first_of("\r\n");
      const bool lone_cr =
          end != std::string::npos && end + 1 < seen_.size() && seen_[end] == '\r' && seen_[end + 1] != '\n';
      return seen_.find("\n\n") != std::string::npos || seen_.find("\n\r\n") != std::string::npos ||
             (lone_cr && seen_.find("\r\r") != std::string::npos);
    };
    while (seen_.size() <= limits::header_bytes && !has_blank_line()) {
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

// Whether all that would be hidden of `outer` stands in `inside` as well.
bool hides_the_same(const mime::Header& outer, const mime::Header& inside) {
  const auto altered = mime::altered_fields(outer, inside);
  for (const char* name : {"Subject", "Keywords", "Comments"}) {
    if (outer.find(name) && (!inside.find(name) || std::ranges::count(altered, lower(name)) != 0)) return false;
  }
  return true;
}

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

Result<Plaintext> Plaintext::begin(int fd, bool whole, const std::string& spool_directory) {
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

  if (whole || SM_TRY(may_be_encrypted(bytes))) {
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

namespace {

// What stands outside of the encryption, and what of it goes inside; empty if nothing does.
struct SplitHeader {
  std::string outer;
  std::string inside;
  mime::Protection protection = mime::Protection::none;
  std::vector<mime::Finding> findings;
};

Result<SplitHeader> split_header(Plaintext::State& state, const EncryptOptions& options) {
  const bool lone_cr = state.beginning.eol == Eol::cr;
  SplitHeader result;
  result.outer = options.keep_bcc ? state.beginning.header : without_bcc(state.header);
  SM_TRY(leaves_room(result.outer));
  if (!options.protect_headers) return result;
  const std::string outside =
      mime::obscured_header(mime::parse_header(result.outer, lone_cr), eol_text(state.beginning.eol));
  if (state.outline && signed_parts(*state.outline, 0)) {
    // The payload is what is signed, and its header can't be changed: it protects the fields, or nothing does.
    const auto payload = SM_TRY(payload_header(*state.document, *state.outline, 0));
    if (payload && payload->root != 0 && hides_the_same(state.header, payload->header()))
      result.outer = outside;
    else
      result.findings.push_back({"pgpmime.header-unprotected", 0, 0});
    return result;
  }
  result.protection = mime::Protection::cipher;
  result.inside = mime::protected_fields(state.header, mime::parse_header(outside, lone_cr), mime::Protection::cipher,
                                         false, lone_cr)
                      .text;
  SM_TRY(leaves_room(result.inside));
  result.outer = outside;
  return result;
}

}  // namespace

Result<EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor, const EncryptionRequest& request,
                                 const EncryptOptions& options, const std::string& spool_directory) {
  Plaintext::State& state = *plaintext.state_;
  if (options.at_rest)
    return encrypt_at_rest(*state.document, *state.outline, encryptor, request, options.protect_headers,
                           spool_directory);
  SplitHeader header = SM_TRY(split_header(state, options));
  Spool spool(spool_directory, Spool::Content::ciphertext);
  if (state.outline) {
    mime::SevenBit entity(*state.document, *state.outline);
    const auto source = entity.open(header.protection, header.inside);
    SM_TRY(encryptor.encrypt(*source, spool, request));
    std::ranges::copy(entity.findings(), std::back_inserter(header.findings));
  } else {
    mime::CanonicalEntity entity = SM_TRY(mime::CanonicalEntity::begin(*state.peeking, spool_directory));
    std::string fields = entity.content_header();
    if (header.protection != mime::Protection::none) fields = mime::marked_header(fields, header.protection);
    SM_TRY(encryptor.encrypt(entity.entity(fields + header.inside), spool, request));
  }
  SM_TRY(spool.finish());
  EncryptedMessage result = frame(std::move(spool), state.beginning.mbox_line, header.outer, state.beginning.eol);
  result.findings = std::move(header.findings);
  return result;
}

}  // namespace sm::pgpmime
