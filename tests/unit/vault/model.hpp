// A server and devices in memory. What a device holds of a key is a set of changes; the bytes of a version are a real
// secret key packet with one user ID for each change.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"
#include "io/descriptor.hpp"
#include "text/ascii.hpp"
#include "vault/exchange.hpp"
#include "webdav/fake_http.hpp"

namespace sm::test {

using Changes = std::set<std::string>;

// A primary key of tests/unit/backend-rnp/data/make.sh, with a passphrase; `salt` stands for another one.
inline std::string key_packet(char salt = 0) {
  static const std::string stored = *read_file(SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/fay.sec.pgp", 1 << 20);
  std::string packet(split_packets(stored)->front().raw);
  packet.back() = static_cast<char>(packet.back() ^ salt);
  return packet;
}
inline const Fingerprint& key_fingerprint() {
  static const Fingerprint fingerprint = secret_parts(key_packet())->primary;
  return fingerprint;
}

inline std::string bytes_of(const Changes& changes, char salt = 0) {
  std::string bytes = key_packet(salt);
  for (const std::string& change : changes) {
    bytes += static_cast<char>(0xc0 | packet_user_id);
    bytes += static_cast<char>(change.size());
    bytes += change;
  }
  return bytes;
}

inline Changes changes_of(std::string_view bytes) {
  Changes changes;
  const auto packets = *split_packets(bytes);
  for (const Packet& packet : packets)
    if (packet.tag == packet_user_id) changes.emplace(packet.body);
  return changes;
}

struct Device final : vault::Keys {
  bool stored = true;
  Changes changes;
  char salt = 0;
  int bound = 0;

  Device() = default;
  explicit Device(Changes first) : changes(std::move(first)) {}
  static Device empty() {
    Device device;
    device.stored = false;
    return device;
  }

  Result<std::optional<Secret>> read(const Fingerprint& fingerprint) override {
    CHECK(fingerprint == key_fingerprint());
    if (!stored) return std::optional<Secret>();
    return std::optional(Secret(bytes_of(changes, salt)));
  }
  Result<void> merge(const Fingerprint& fingerprint, std::string_view bytes, bool bind) override {
    CHECK(fingerprint == key_fingerprint());
    const char other = bytes.starts_with(key_packet()) ? '\0' : '\1';
    if (stored && other != salt) return fail(ErrorKind::key, "store.secret-conflict", "another passphrase");
    salt = other;
    stored = true;
    changes.merge(changes_of(bytes));
    bound += bind ? 1 : 0;
    return {};
  }
};

// What becomes of a request.
enum class Fate { fine, unsent, unanswered, torn };

class Server {
 public:
  std::map<std::string, std::string> files;
  int requests = 0;
  // Asked at each request, before anything happens.
  std::function<Fate(int request)> fate = [](int) { return Fate::fine; };

  std::string name_of(const Changes& changes, char salt = 0) const {
    return vault::version_of(key_fingerprint(), bytes_of(changes, salt)).name();
  }
  void lay(const Changes& changes, char salt = 0) { files[name_of(changes, salt)] = bytes_of(changes, salt); }

  // All that intact versions hold.
  Changes kept() const {
    Changes all;
    for (const auto& [name, bytes] : files) {
      const auto version = vault::parse_name(name);
      if (version && vault::check_version(*version, bytes)) all.merge(changes_of(bytes));
    }
    return all;
  }

  Result<vault::Pulled> pull(Device& device, bool bind = false) {
    FakeHttp client = connection();
    vault::Vault vault = open(client);
    return vault::pull(vault, device, key_fingerprint(), SM_TRY(vault.versions()), bind);
  }
  Result<bool> push(Device& device) {
    FakeHttp client = connection();
    vault::Vault vault = open(client);
    return vault::push(vault, device, key_fingerprint(), SM_TRY(vault.versions()));
  }

 private:
  FakeHttp connection() {
    return FakeHttp([this](const FakeHttp::Asked& asked) { return take(asked); });
  }

  static vault::Vault open(FakeHttp& client) {
    // The answer to a PROPFIND is, here, a name a line.
    const auto read = [](std::string_view body) -> Result<std::vector<webdav::Resource>> {
      std::vector<webdav::Resource> resources;
      while (!body.empty()) {
        const std::size_t end = body.find('\n');
        resources.push_back(
            {.href = std::string(body.substr(0, end)), .collection = false, .size = {}, .modified = {}});
        body.remove_prefix(end + 1);
      }
      return resources;
    };
    return vault::Vault(webdav::Collection(client, *net::parse_url("https://h.example/v/"), nullptr, read));
  }

  Result<net::Response> take(const FakeHttp::Asked& asked) {
    const Fate what = fate(requests++);
    const auto broken = [] { return fail(ErrorKind::temporary, "net.broken", "the connection broke"); };
    if (what == Fate::unsent) return broken();
    net::Response response = act(asked, what == Fate::torn);
    if (what != Fate::fine) return broken();
    return response;
  }

  net::Response act(const FakeHttp::Asked& asked, bool torn) {
    const std::string name = asked.url.substr(asked.url.rfind('/') + 1);
    if (asked.method == net::Method::propfind) {
      std::string body;
      for (const auto& [file, bytes] : files) body += file + '\n';
      return answer(207, body);
    }
    if (asked.method == net::Method::put) {
      files[name] = torn ? asked.body.substr(0, asked.body.size() / 2) : asked.body;
      return answer(201);
    }
    const auto file = files.find(name);
    if (file == files.end()) return answer(404);
    if (asked.method == net::Method::get) return answer(200, file->second);
    files.erase(file);
    return answer(204);
  }
};

}  // namespace sm::test
