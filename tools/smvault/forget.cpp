#include <algorithm>

#include "commands.hpp"
#include "session.hpp"

namespace sm::smvault {

Result<int> forget(cli::Context& context) {
  constexpr int most_rounds = 8;
  const auto session = SM_TRY(Session::open(context));
  auto versions = SM_TRY(session->vault->versions());
  const Fingerprint fingerprint = SM_TRY(session->find(context.arguments()[1], versions));
  const auto others = [&](const vault::Version& version) { return version.fingerprint != fingerprint; };
  const std::string url = session->vault->url().text();
  std::erase_if(versions, others);
  if (versions.empty())
    return fail(ErrorKind::key, "vault.no-version", "there is no version of " + fingerprint + " at " + url);
  const std::string count =
      versions.size() == 1 ? "the only version" : "all " + std::to_string(versions.size()) + " versions";
  if (!SM_TRY(context.confirm("forget " + count + " of " + fingerprint + " at " + url + "?")))
    return fail(ErrorKind::usage, "smvault.not-confirmed", "nothing was forgotten");

  std::size_t removed = 0;
  for (int round = 0; !versions.empty(); ++round) {
    // Another device may have added one meanwhile.
    if (round == most_rounds)
      return fail(ErrorKind::temporary, "vault.busy", "other devices keep adding versions of " + fingerprint);
    for (const vault::Version& version : versions) removed += SM_TRY(session->vault->remove(version)) ? 1 : 0;
    versions = SM_TRY(session->vault->versions());
    std::erase_if(versions, others);
  }
  SM_TRY(session->report("smvault.forget/1", json::Object{{"fingerprint", fingerprint}, {"removed", removed}},
                         "forgot  " + fingerprint));
  return 0;
}

}  // namespace sm::smvault
