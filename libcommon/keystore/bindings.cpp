#include "keystore/bindings.hpp"

#include <algorithm>

#include "io/atomic_file.hpp"
#include "keystore/store_files.hpp"

namespace sm::store {
namespace {

// A server decides how many conflicts it makes; the first ones say enough.
constexpr std::size_t most_conflicts = 100;
constexpr std::size_t file_name_length = 52;

Unexpected unreadable(const std::string& path, std::string_view why) {
  return fail(ErrorKind::temporary, "store.binding", "can't tell what is bound by " + path + ": " + std::string(why),
              "repair the file, or decide anew with smkey accept or smkey bindings --forget");
}

// Its line in the file must stay one.
bool is_plain(std::string_view address) {
  return !address.empty() && std::ranges::none_of(address, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

}  // namespace

std::string Bindings::path_of(std::string_view file_name) const {
  return (root_ + "/bindings/").append(file_name);
}

Result<std::optional<Binding>> Bindings::read(const std::string& file_name) const {
  const std::string path = path_of(file_name);
  const auto file = read_stored(path);
  if (!file) {
    if (file.error().kind == ErrorKind::config) return Unexpected{file.error()};
    return unreadable(path, file.error().message);
  }
  if (!*file) return std::optional<Binding>();
  auto binding = parse_binding((*file)->bytes);
  if (!binding) return unreadable(path, "it is damaged");
  if (binding_file_name(binding->address) != file_name) return unreadable(path, "it is about another address");
  return binding;
}

Result<std::optional<Binding>> Bindings::get(std::string_view address) const {
  return read(binding_file_name(address));
}

Result<std::vector<Binding>> Bindings::list() const {
  std::vector<Binding> bindings;
  for (const std::string& name : SM_TRY(list_directory(root_ + "/bindings"))) {
    if (name.size() != file_name_length || name.front() == '.') continue;  // a temporary file
    auto binding = SM_TRY(read(name));
    if (binding) bindings.push_back(std::move(*binding));
  }
  std::ranges::sort(bindings, {}, &Binding::address);
  return bindings;
}

Result<void> Bindings::write(const Binding& binding) {
  return write_file(path_of(binding_file_name(binding.address)), format_binding(binding), 0644);
}

Result<bool> Bindings::bind(std::string_view address, const Fingerprint& fingerprint, BindingSource source) {
  if (!is_plain(address)) return fail(ErrorKind::usage, "id.malformed", "an address can't hold control characters");
  SM_TRY(make_root(root_));
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  if (SM_TRY(get(address))) return false;
  SM_TRY(make_directory(root_ + "/bindings", 0755));
  SM_TRY(write({std::string(address), fingerprint, source, clock_.now(), {}}));
  return true;
}

Result<void> Bindings::record_conflict(std::string_view address, const Fingerprint& fingerprint, BindingSource source) {
  if (!file_exists(path_of(binding_file_name(address)))) return {};
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  auto binding = SM_TRY(get(address));
  if (!binding || binding->fingerprint == fingerprint || binding->conflicts.size() >= most_conflicts ||
      std::ranges::find(binding->conflicts, fingerprint, &BindingConflict::fingerprint) != binding->conflicts.end()) {
    return {};
  }
  binding->conflicts.push_back({fingerprint, source, clock_.now()});
  return write(*binding);
}

Result<void> Bindings::accept(std::string_view address, const Fingerprint& fingerprint) {
  if (!is_plain(address)) return fail(ErrorKind::usage, "id.malformed", "an address can't hold control characters");
  SM_TRY(make_root(root_));
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  Binding accepted{std::string(address), fingerprint, BindingSource::accept, clock_.now(), {}};
  const auto old = get(address);
  // What was damaged is decided anew; that is what the hint of store.binding says.
  if (!old && old.error().code != "store.binding") return Unexpected{old.error()};
  if (old && *old) {
    const Binding& before = **old;
    const auto conflict = std::ranges::find(before.conflicts, fingerprint, &BindingConflict::fingerprint);
    if (before.fingerprint == fingerprint) {
      accepted.first_seen = before.first_seen;
    } else if (conflict != before.conflicts.end()) {
      accepted.first_seen = conflict->seen;
    }
  }
  SM_TRY(make_directory(root_ + "/bindings", 0755));
  return write(accepted);
}

Result<bool> Bindings::forget(std::string_view address) {
  const std::string path = path_of(binding_file_name(address));
  if (!file_exists(path)) return false;
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  return remove_file(path);
}

}  // namespace sm::store
