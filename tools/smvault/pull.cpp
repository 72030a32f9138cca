#include <algorithm>
#include <map>

#include "commands.hpp"
#include "session.hpp"

namespace sm::smvault {
namespace {

std::string_view name_of(vault::Pulled::Here here) {
  switch (here) {
    case vault::Pulled::Here::none:
      return "absent";
    case vault::Pulled::Here::created:
      return "new";
    case vault::Pulled::Here::updated:
      return "updated";
    case vault::Pulled::Here::unchanged:
      return "unchanged";
  }
  return "";
}

// Key → whether its addresses may be bound though it is not here yet: the user spelled out which key it is.
Result<std::map<Fingerprint, bool>> wanted_keys(Session& session, const std::vector<vault::Version>& listed) {
  std::map<Fingerprint, bool> wanted;
  const std::vector<std::string>& arguments = session.context.arguments();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    bool in_full = false;
    const Fingerprint fingerprint = SM_TRY(session.find(arguments[i], listed, &in_full));
    if (std::ranges::none_of(listed, [&](const auto& version) { return version.fingerprint == fingerprint; })) {
      return fail(ErrorKind::key, "vault.no-version",
                  "there is no version of " + fingerprint + " at " + session.vault->url().text());
    }
    wanted[fingerprint] = wanted[fingerprint] || in_full;
  }
  if (arguments.size() == 1)
    for (const vault::Version& version : listed) wanted.emplace(version.fingerprint, false);
  return wanted;
}

Error with_ways_out(Error error, const std::string& url, const Fingerprint& fingerprint) {
  if (error.code != "store.secret-conflict") return error;
  const std::string what = " " + url + " " + fingerprint;
  error.message = "its secret key has another passphrase than the one that is here";
  error.hint = "to keep the one that is here: smvault forget" + what + ", then smvault push" + what +
               "; to take the other: smkey delete --secret " + fingerprint + ", then smvault pull" + what;
  return error;
}

}  // namespace

Result<int> pull(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const auto listed = SM_TRY(session->vault->versions());
  const auto wanted = SM_TRY(wanted_keys(*session, listed));
  Failures failures(context);
  for (const auto& [fingerprint, bind] : wanted) {
    const vault::Pulled pulled = SM_TRY(vault::pull(*session->vault, session->keys, fingerprint, listed, bind));
    const std::string result(name_of(pulled.here));
    const bool is_unbound = pulled.here == vault::Pulled::Here::created && !bind;
    json::Array refused;
    for (const vault::Pulled::Refusal& refusal : pulled.refused) {
      refused.emplace_back(json::Object{{"name", refusal.version.name()}, {"reason", refusal.error.code}});
      failures.add(refusal.version.name(), with_ways_out(refusal.error, session->vault->url().text(), fingerprint));
    }
    std::string line = result;
    line.append("  ")
        .append(fingerprint)
        .append(is_unbound ? "  not bound" : "")
        .append(pulled.added ? "  pushed" : "");
    SM_TRY(session->report("smvault.pull/1",
                           json::Object{{"fingerprint", fingerprint},
                                        {"result", result},
                                        {"bound", !is_unbound},
                                        {"merged", pulled.merged},
                                        {"added", pulled.added},
                                        {"removed", pulled.removed},
                                        {"refused", std::move(refused)}},
                           line));
  }
  return failures.end();
}

}  // namespace sm::smvault
