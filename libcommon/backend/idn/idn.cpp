#include "backend/idn/idn.hpp"

#include <idn2.h>

#include "base/handle.hpp"

namespace sm::idn {
namespace {

using Text = Handle<char, idn2_free>;

}  // namespace

Result<std::string> to_ascii(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::data, "dns.bad-idn",
                "not an international domain name: \"" + std::string(name) + "\": " + std::string(why));
  };
  if (name.find('\0') != std::string_view::npos) return refuse("NUL");
  Text ascii;
  const int status = idn2_to_ascii_8z(std::string(name).c_str(), out(ascii), IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  if (status != IDN2_OK) return refuse(idn2_strerror_name(status));
  return std::string(ascii.get());
}

std::string to_unicode(std::string_view name) {
  Text unicode;
  if (name.find('\0') != std::string_view::npos ||
      idn2_to_unicode_8z8z(std::string(name).c_str(), out(unicode), 0) != IDN2_OK)
    return std::string(name);
  return unicode.get();
}

}  // namespace sm::idn
