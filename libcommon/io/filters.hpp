// Small Sources and Sinks made of others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/stream.hpp"

namespace sm {

enum class Eol { lf, crlf, cr };

// "\n", "\r\n" or "\r".
std::string_view eol_text(Eol eol);

// `text` with every line end, LF and CRLF and, if `lone_cr`, a CR alone, as `to`.
std::string with_line_ends(std::string_view text, Eol to, bool lone_cr = false);

// Writes every line end of `from` as `to`: LF, CRLF and, if `lone_cr`, a CR alone are line ends. What is no line end is
// not touched. (RFC 3156 §5 wants CRLF for what is signed.)
class EolSource final : public Source {
 public:
  EolSource(Source& from, Eol to, bool lone_cr = false);
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  Source& from_;
  std::string_view to_;
  bool lone_cr_;
  bool cr_held_ = false;  // the last byte was a CR, and the next one decides
  bool end_ = false;
  std::unique_ptr<char[]> buffer_;
  std::string_view in_;   // of buffer_, not yet looked at
  std::string_view out_;  // a line end, or what is left of it, to be stored next
};

// A Source that somebody else owns, where one is owned.
class BorrowedSource final : public Source {
 public:
  explicit BorrowedSource(Source& from) : from_(from) {}
  Result<std::size_t> read(std::span<char> buffer) override { return from_.read(buffer); }

 private:
  Source& from_;
};

// One after the other. Owns them.
class ConcatSource final : public Source {
 public:
  void add(std::unique_ptr<Source> source) { sources_.push_back(std::move(source)); }
  void add_text(std::string text);
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::size_t current_ = 0;
};

// Passes on what is read and writes a copy to `copy`, whose errors it returns.
class TeeSource final : public Source {
 public:
  TeeSource(Source& from, Sink& copy) : from_(from), copy_(copy) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  Source& from_;
  Sink& copy_;
};

// Fails with `code` (data) once more than `limit` bytes were written to it; passes on what comes before.
class LimitSink final : public Sink {
 public:
  LimitSink(Sink& to, std::uint64_t limit, std::string_view code) : to_(to), rest_(limit), code_(code) {}
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override { return to_.finish(); }

 private:
  Sink& to_;
  std::uint64_t rest_;
  std::string code_;
};

}  // namespace sm
