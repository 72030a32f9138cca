#include "cli/settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/options.hpp"
#include "io/descriptor.hpp"
#include "text/ascii.hpp"

namespace sm::cli {
namespace {

constexpr std::size_t file_limit = 64 * 1024;

constexpr Setting settings[] = {
    // every program
    {"batch", ValueKind::none, ""},
    {"color", ValueKind::choice, "auto|always|never"},
    {"json", ValueKind::none, ""},
    {"passphrase-file", ValueKind::file, "FILE"},
    {"quiet", ValueKind::none, ""},
    {"store", ValueKind::directory, "DIR"},
    {"tempfail", ValueKind::none, ""},
    {"timeout", ValueKind::seconds, "SECONDS"},
    {"verbose", ValueKind::none, ""},
    // what asks the network
    {"allow-private", ValueKind::none, ""},
    {"cache", ValueKind::file, "FILE"},
    {"cafile", ValueKind::file, "FILE"},
    {"credentials", ValueKind::file, "FILE"},
    {"dnssec", ValueKind::choice, "auto|resolver|local"},
    {"jobs", ValueKind::number, "N"},
    {"proxy", ValueKind::address, "URL|env"},
    {"rate", ValueKind::number, "N"},
    {"resolver", ValueKind::address, "ADDR[@PORT]"},
    {"server", ValueKind::address, "URL"},
    // keys: smkey, smsign, smcrypt
    {"algo", ValueKind::choice, "ed25519|rsa3072|rsa4096|nistp256|nistp384|nistp521"},
    {"default-key", ValueKind::key_id, "ID"},
    {"digest", ValueKind::choice, "sha256|sha384|sha512"},
    {"expires", ValueKind::lifetime, "WHEN"},
    {"for", ValueKind::duration, "D"},
    {"no-bind", ValueKind::none, ""},
    {"scope", ValueKind::choice, "session|user"},
    // messages: smsign, smcrypt
    {"any-signer", ValueKind::none, ""},
    {"encrypt-to", ValueKind::key_id, "ID", true},
    {"keep-bcc", ValueKind::none, ""},
    {"lookup", ValueKind::none, ""},
    {"max-message", ValueKind::size, "SIZE"},
    {"missing-key", ValueKind::choice, "fail|defer|pass"},
    {"no-protect-headers", ValueKind::none, ""},
    {"sign", ValueKind::none, ""},
};

constexpr std::string_view programs[] = {"smkey", "smsign", "smcrypt", "smvault",
                                         "smwkd", "smvks",  "smdane",  "smmtasts"};

const Setting* find_setting(std::string_view key) {
  const auto* const found = std::ranges::find(settings, key, &Setting::key);
  return found == std::end(settings) ? nullptr : found;
}

// Not an error of this kind alone: absent may be all right.
Result<std::string> read_configuration(const std::string& path, bool named) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) {
    if (!named && (errno == ENOENT || errno == ENOTDIR)) return std::string();
    Unexpected failure = fail_errno("config.open", "can't open " + path, errno);
    failure.error.kind = named ? ErrorKind::no_input : ErrorKind::config;
    return failure;
  }
  DescriptorSource source(file.get());
  auto text = read_all(source, file_limit);
  if (!text) {
    text.error().message.insert(0, path + ": ");
    if (text.error().kind == ErrorKind::data) text.error().kind = ErrorKind::config;
  }
  return text;
}

}  // namespace

std::span<const Setting> known_settings() {
  return settings;
}
std::span<const std::string_view> known_programs() {
  return programs;
}

Result<void> Settings::add(std::string_view file, std::string_view text, std::string_view program) {
  std::vector<SettingValue> general;
  std::vector<SettingValue> own;
  std::string_view section;
  std::size_t line_number = 0;
  std::vector<std::pair<std::string_view, std::string_view>> seen;  // section and key
  const auto refuse = [&](std::string_view code, std::string_view message, std::string hint = {}) {
    return fail(ErrorKind::config, code,
                std::string(file) + ':' + std::to_string(line_number) + ": " + std::string(message), std::move(hint));
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      if (line.back() != ']') return refuse("config.syntax", "a section without its closing bracket");
      section = trim(line.substr(1, line.size() - 2));
      if (std::ranges::find(programs, section) == std::end(programs)) {
        return refuse("config.unknown-section", "no program has the name " + std::string(section));
      }
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return refuse("config.syntax", "not of the form key = value");
    const std::string_view key = trim(line.substr(0, equals));
    const std::string_view value = trim(line.substr(equals + 1));
    const Setting* setting = find_setting(key);
    if (!setting) {
      std::vector<std::string_view> keys;
      for (const Setting& known : settings) keys.push_back(known.key);
      const std::string_view near = nearest(key, keys);
      return refuse("config.unknown-key", "unknown key " + std::string(key),
                    near.empty() ? "" : "did you mean " + std::string(near) + "?");
    }
    if (value.empty() || value.find('\0') != std::string_view::npos) {
      return refuse("config.value", std::string(key) + " has no value");
    }
    if (setting->kind == ValueKind::none) {
      if (value != "yes" && value != "no") return refuse("config.value", std::string(key) + " is yes or no");
    } else if (const auto fits = check_value(setting->kind, setting->value, value, 0); !fits) {
      return refuse("config.value",
                    std::string(key) + ": \"" + std::string(value) + "\" is not " + fits.error().message);
    }
    const std::pair place(section, key);
    if (!setting->repeat && std::ranges::find(seen, place) != seen.end()) {
      return refuse("config.syntax", std::string(key) + " is given twice");
    }
    seen.push_back(place);
    if (section.empty()) general.push_back({std::string(key), std::string(value)});
    if (section == program) own.push_back({std::string(key), std::string(value)});
  }
  for (auto* layer : {&own, &general}) {
    const std::size_t before = values_.size();
    for (SettingValue& setting : *layer) {
      const auto end_of_older = values_.begin() + static_cast<std::ptrdiff_t>(before);
      if (std::find_if(values_.begin(), end_of_older,
                       [&](const SettingValue& old) { return old.key == setting.key; }) == end_of_older) {
        values_.push_back(std::move(setting));
      }
    }
  }
  return {};
}

std::vector<std::string> Settings::values(std::string_view key) const {
  std::vector<std::string> result;
  for (const SettingValue& setting : values_) {
    if (setting.key == key) result.push_back(setting.value);
  }
  return result;
}

Result<Settings> read_settings(const SettingsFiles& files, std::string_view program) {
  Settings result;
  const auto read = [&](const std::string& path, bool named) -> Result<void> {
    if (path.empty()) return {};
    return result.add(path, SM_TRY(read_configuration(path, named)), program);
  };
  if (!files.named.empty()) {
    SM_TRY(read(files.named, true));
    return result;
  }
  SM_TRY(read(files.user, false));
  SM_TRY(read(files.system, false));
  return result;
}

}  // namespace sm::cli
