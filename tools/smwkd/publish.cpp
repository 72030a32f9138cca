#include <algorithm>
#include <map>
#include <tuple>

#include "backend/idn/idn.hpp"
#include "commands.hpp"
#include "folder.hpp"
#include "json/line.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "wkd/address.hpp"

namespace sm::smwkd {
namespace {

struct Published {
  bool usable = false;
  std::int64_t created = 0;
  Fingerprint fingerprint;
  std::string bytes;
};
using ByAddress = std::map<std::string, std::vector<Published>>;  // by the local part, in lower case

Result<std::string> required(const cli::Context& context, std::string_view option) {
  auto value = context.value(option);
  if (value && !value->empty()) return *std::move(value);
  return fail(ErrorKind::usage, "smwkd.publish", "--" + std::string(option) + " is missing");
}

// The local parts, in this domain, of a certificate's valid user IDs, each with these.
std::map<std::string, std::vector<std::string>> user_ids_in(const CertificateInfo& info, std::string_view domain) {
  std::map<std::string, std::vector<std::string>> found;
  for (const UserId& user_id : info.user_ids) {
    const auto text = user_id.valid ? mime::user_id_address(user_id.text) : std::nullopt;
    if (!text) continue;
    const auto address = wkd::parse_address(*text, idn::to_ascii);
    if (address && address->domain == domain) found[address->local].push_back(user_id.text);
  }
  return found;
}

class Collection {
 public:
  Collection(Session& session, std::string domain) : session_(session), domain_(std::move(domain)) {}

  // Whether it has a user ID in the domain.
  Result<bool> add(const Fingerprint& fingerprint) {
    const auto stored = SM_TRY(session_.store.certificate(fingerprint));
    if (!stored) return fail(ErrorKind::key, "id.unknown", "no certificate " + fingerprint);
    const CertificateInfo info = SM_TRY(session_.reader->inspect(*stored));
    const bool usable = encryption_key(info, session_.context.clock().now()).key != nullptr;
    const auto found = user_ids_in(info, domain_);
    for (const auto& [local, user_ids] : found) {
      auto bytes = SM_TRY(session_.reader->strip(*stored, user_ids, false));
      addresses_[local].push_back({usable, info.primary.created, fingerprint, std::move(bytes)});
    }
    if (!found.empty()) ++certificates_;
    return !found.empty();
  }

  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> files;
    for (auto& [local, certificates] : addresses_) {
      // What can be used first, of these the newest: readers that take only one take this.
      std::ranges::sort(certificates, [](const Published& one, const Published& other) {
        return std::tie(other.usable, other.created, one.fingerprint) <
               std::tie(one.usable, one.created, other.fingerprint);
      });
      std::string& file = files[wkd::hash(local)];
      for (const Published& one : certificates) file += one.bytes;
    }
    return files;
  }

  std::size_t certificates() const { return certificates_; }

 private:
  Session& session_;
  std::string domain_;
  ByAddress addresses_;
  std::size_t certificates_ = 0;
};

Result<void> add_named(cli::Context& context, Session& session, Collection& collection, const std::string& domain) {
  std::vector<Fingerprint> added;
  for (const std::string& id : context.arguments()) {
    const Fingerprint fingerprint = SM_TRY(resolve(session.store, id));
    if (std::ranges::find(added, fingerprint) != added.end()) continue;
    added.push_back(fingerprint);
    if (!SM_TRY(collection.add(fingerprint)))
      return fail(ErrorKind::key, "publish.no-user-id",
                  std::string(fingerprint).append(" has no valid user ID in ").append(domain));
  }
  return {};
}

// One that can't be read does not keep the others from being published.
Result<void> add_all(cli::Context& context, Session& session, Collection& collection) {
  for (const Fingerprint& fingerprint : SM_TRY(session.store.list_certificates())) {
    const auto added = collection.add(fingerprint);
    if (added) continue;
    if (added.error().kind != ErrorKind::data) return Unexpected{added.error()};
    context.warn(fingerprint + " is left out: " + added.error().message);
  }
  return {};
}

}  // namespace

Result<int> publish(cli::Context& context) {
  const std::string name = SM_TRY(required(context, "domain"));
  const std::string domain = SM_TRY(wkd::parse_domain(name, idn::to_ascii));
  std::string path = SM_TRY(required(context, "out"));
  const wkd::Method method =
      context.value("method") == name_of(wkd::Method::direct) ? wkd::Method::direct : wkd::Method::advanced;

  const auto session = SM_TRY(Session::open(context));
  Collection collection(*session, domain);
  SM_TRY(context.arguments().empty() ? add_all(context, *session, collection)
                                     : add_named(context, *session, collection, domain));
  const auto files = collection.files();
  if (files.empty() && !context.flag("allow-empty")) {
    return fail(ErrorKind::key, "publish.nothing", "no certificate has a valid user ID in " + domain,
                "--allow-empty publishes a directory with nothing in it");
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  path += folder_of(method, domain);
  const Changes changes = SM_TRY(publish_folder(path, files));
  context.note(path + ": " + std::to_string(files.size()) + " addresses, " + std::to_string(changes.added) +
               " added, " + std::to_string(changes.changed) + " changed, " + std::to_string(changes.removed) +
               " removed");
  if (!context.json()) return 0;
  SM_TRY(context.print(json_line("smwkd.publish/1", json::Object{{"domain", domain},
                                                                 {"method", name_of(method)},
                                                                 {"folder", path},
                                                                 {"addresses", files.size()},
                                                                 {"certificates", collection.certificates()},
                                                                 {"added", changes.added},
                                                                 {"changed", changes.changed},
                                                                 {"removed", changes.removed},
                                                                 {"unchanged", changes.unchanged}})));
  return 0;
}

}  // namespace sm::smwkd
