#include <algorithm>
#include <vector>

#include "commands.hpp"
#include "mime/address.hpp"
#include "own_key.hpp"

namespace sm::smkey {

namespace {

// The user ID that a word of the command line means: its text, or the address that only it has.
Result<const UserId*> find_user_id(const OwnKey& key, const std::string& word) {
  const auto& all = key.info.user_ids;
  const auto same = std::ranges::find(all, word, &UserId::text);
  if (same != all.end()) return &*same;
  const auto address = mime::parse_address(word);
  std::vector<const UserId*> found;
  for (const UserId& user_id : all)
    if (address && mime::user_id_address(user_id.text) == address) found.push_back(&user_id);
  if (found.size() > 1) {
    std::string list;
    for (const UserId* user_id : found) list += (list.empty() ? "" : ", ") + user_id->text;
    return fail(ErrorKind::usage, "smkey.user-id", "several user IDs have the address " + word + ": " + list,
                "name one in full");
  }
  if (found.empty()) return fail(ErrorKind::key, "key.unknown-user-id", key.fingerprint + " has no user ID " + word);
  return found.front();
}

}  // namespace

Result<int> uid_add(cli::Context& context) {
  const std::string& user_id = context.arguments()[1];
  SM_TRY(check_user_id(user_id));
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments()[0]));
  const bool is_there = std::ranges::any_of(
      key.info.user_ids, [&](const UserId& one) { return one.text == user_id && one.valid && !one.revoked; });
  if (!is_there) {
    const std::string changed = SM_TRY(editor(*session).add_user_id(key.packets(), user_id));
    SM_TRY(store_changed_key(*session, key.fingerprint, changed));
  }
  SM_TRY(bind_user_id(*session, key.fingerprint, user_id, BindingSource::uid_add));
  return 0;
}

Result<int> uid_revoke(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments()[0]));
  const UserId* user_id = SM_TRY(find_user_id(key, context.arguments()[1]));
  if (user_id->revoked) {
    context.note("it is revoked already");
    return 0;
  }
  if (!SM_TRY(context.confirm("revoke the user ID " + user_id->text + " of " + key.fingerprint + " for good?")))
    return fail(ErrorKind::usage, "smkey.not-confirmed", "nothing was revoked");
  const std::string changed = SM_TRY(editor(*session).revoke_user_id(key.packets(), user_id->text));
  SM_TRY(store_changed_key(*session, key.fingerprint, changed));
  return 0;
}

Result<int> uid_primary(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments()[0]));
  const UserId* user_id = SM_TRY(find_user_id(key, context.arguments()[1]));
  const std::string changed = SM_TRY(editor(*session).make_primary(key.packets(), user_id->text));
  SM_TRY(store_changed_key(*session, key.fingerprint, changed));
  return 0;
}

}  // namespace sm::smkey
