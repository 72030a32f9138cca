#include "backend/expat/multistatus.hpp"

#include <expat.h>

#include <exception>
#include <new>
#include <optional>

#include "base/handle.hpp"
#include "base/primitives.hpp"

namespace sm::expat {
namespace {

// Between a namespace and a name: in neither can it stand.
constexpr char separator = '\n';

struct Reading {
  XML_Parser parser = nullptr;
  webdav::MultistatusBuilder builder;
  std::optional<Unexpected> failure;
  std::exception_ptr thrown;

  // Nothing may be thrown through expat.
  template <class Step>
  void take(Step step) {
    if (failure || thrown) return;
    try {
      if (auto done = step(); !done) failure = Unexpected{std::move(done).error()};
    } catch (...) {
      thrown = std::current_exception();
    }
    if (failure || thrown) XML_StopParser(parser, XML_FALSE);
  }
};

Reading& of(void* user) {
  return *static_cast<Reading*>(user);
}

Unexpected refuse(std::string_view why) {
  return fail(ErrorKind::data, "webdav.listing", "the listing can't be read: " + std::string(why));
}

void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char**) {
  of(user).take([&] {
    const std::string_view whole = name;
    const std::size_t end = whole.find(separator);
    return end == std::string_view::npos ? of(user).builder.start({}, whole)
                                         : of(user).builder.start(whole.substr(0, end), whole.substr(end + 1));
  });
}

void XMLCALL on_end(void* user, const XML_Char*) {
  of(user).take([&]() -> Result<void> {
    of(user).builder.end();
    return {};
  });
}

void XMLCALL on_text(void* user, const XML_Char* text, int size) {
  of(user).take([&] { return of(user).builder.text({text, static_cast<std::size_t>(size)}); });
}

void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  of(user).take([]() -> Result<void> { return refuse("it has a document type declaration"); });
}

}  // namespace

Result<std::vector<webdav::Resource>> read_multistatus(std::string_view xml) {
  if (xml.size() > webdav::max_listing) return refuse("it is too long");
  const Handle<XML_ParserStruct, XML_ParserFree> parser(XML_ParserCreateNS(nullptr, separator));
  if (!parser) throw std::bad_alloc();
  unsigned long salt = 0;
  random_bytes({reinterpret_cast<char*>(&salt), sizeof salt});
  XML_SetHashSalt(parser.get(), salt | 1);  // 0 would mean none
  Reading reading{.parser = parser.get(), .builder = {}, .failure = {}, .thrown = {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const XML_Status status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (reading.thrown) std::rethrow_exception(reading.thrown);
  if (reading.failure) return *std::move(reading.failure);
  if (status != XML_STATUS_OK) {
    const XML_Error code = XML_GetErrorCode(parser.get());
    if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    return refuse(std::string("line ") + std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " +
                  XML_ErrorString(code));
  }
  return reading.builder.finish();
}

}  // namespace sm::expat
