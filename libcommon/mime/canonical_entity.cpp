#include <optional>

#include "mime/body_scan.hpp"
#include "mime/entity_header.hpp"
#include "mime/recode.hpp"
#include "mime/transform.hpp"

namespace sm::mime {

std::string content_header(const Outline& outline) {
  const Part& root = outline.parts.front();
  return make_content_header(outline.header, outline.lone_cr, root.has_8bit, root.valid_utf8);
}

struct CanonicalEntity::State {
  explicit State(Source& source) : tokenizer(source) {}

  // Bytes of the body that are of one kind: of binary leaves, or all others.
  class Run final : public Source {
   public:
    Run(State& state, bool binary) : state_(state), binary_(binary) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      if (!SM_TRY(state_.more()) || state_.binary != binary_) return 0;
      const std::size_t size = state_.rest.copy(buffer.data(), buffer.size());
      state_.rest.remove_prefix(size);
      return size;
    }

   private:
    State& state_;
    bool binary_;
  };

  class Body final : public Source {
   public:
    explicit Body(State& state) : state_(state) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      if (buffer.empty()) return 0;
      for (;;) {
        if (run_) {
          const std::size_t got = SM_TRY(converted_ ? converted_->read(buffer) : run_->read(buffer));
          if (got > 0) return got;
          converted_.reset();
          run_.reset();
        }
        if (!SM_TRY(state_.more())) return 0;
        run_.emplace(state_, state_.binary);
        if (!state_.binary) converted_.emplace(*run_, Eol::crlf, state_.eol() == Eol::cr);
      }
    }

   private:
    State& state_;
    std::optional<Run> run_;
    std::optional<EolSource> converted_;
  };

  // Makes `rest` something, unless the message is over.
  Result<bool> more() {
    while (rest.empty() && !ended) {
      const Token token = SM_TRY(tokenizer.next());
      ended = token.kind == Token::Kind::end;
      if (token.kind == Token::Kind::separator) leaf_is_binary = token.header->encoding == Encoding::binary;
      binary = token.kind == Token::Kind::body && leaf_is_binary;
      rest = token.raw;
    }
    return !rest.empty();
  }

  Result<void> begin(const std::string& spool_directory) {
    bool has_type = false;
    for (bool in_header = true; in_header;) {
      const Token token = SM_TRY(tokenizer.next());
      if (token.kind == Token::Kind::mbox_line) mbox_line = token.raw;
      if (token.kind == Token::Kind::header) header += token.raw;
      if (token.kind == Token::Kind::separator) {
        has_type = token.header->has_content_type;
        leaf_is_binary = token.header->encoding == Encoding::binary;
        in_header = false;
      }
    }
    if (header.empty() && !SM_TRY(more())) {
      return fail(ErrorKind::data, "mime.empty", "the message is empty");
    }
    BodyScan scan;
    if (!has_type) {
      Spool spool(spool_directory);
      while (SM_TRY(more())) {
        scan.put(rest, eol() == Eol::cr);
        SM_TRY(spool.write(rest));
        rest = {};
      }
      scan.finish();
      SM_TRY(spool.finish());
      spooled.emplace(Document::from_spool(std::move(spool)));
    }
    content_header = make_content_header(header, eol() == Eol::cr, scan.has_8bit(), scan.valid_utf8());
    return {};
  }

  Eol eol() const { return tokenizer.first_eol(); }

  Tokenizer tokenizer;
  std::string mbox_line;
  std::string header;
  std::string content_header;
  std::optional<Document> spooled;  // the body of a message without Content-Type

  std::string_view rest;  // of the present token
  bool binary = false;    // what `rest` is
  bool leaf_is_binary = false;
  bool ended = false;

  ConcatSource entity;
};

CanonicalEntity::CanonicalEntity(std::unique_ptr<State> state) : state_(std::move(state)) {}
CanonicalEntity::CanonicalEntity(CanonicalEntity&&) noexcept = default;
CanonicalEntity::~CanonicalEntity() = default;

Result<CanonicalEntity> CanonicalEntity::begin(Source& source, const std::string& spool_directory) {
  auto state = std::make_unique<State>(source);
  SM_TRY(state->begin(spool_directory));
  return CanonicalEntity(std::move(state));
}

const std::string& CanonicalEntity::mbox_line() const {
  return state_->mbox_line;
}

const std::string& CanonicalEntity::header() const {
  return state_->header;
}

Eol CanonicalEntity::eol() const {
  return state_->eol();
}

const std::string& CanonicalEntity::content_header() const {
  return state_->content_header;
}

Source& CanonicalEntity::entity(std::string content_header) {
  State& state = *state_;
  state.entity.add_text(std::move(content_header.append("\r\n")));
  if (!state.spooled) {
    state.entity.add(std::make_unique<State::Body>(state));
  } else if (state.leaf_is_binary) {
    state.entity.add(std::make_unique<Range>(*state.spooled, state.spooled->all()));
  } else {
    state.entity.add(std::make_unique<ConvertedRange>(*state.spooled, state.spooled->all(), state.eol() == Eol::cr));
  }
  return state.entity;
}

}  // namespace sm::mime
