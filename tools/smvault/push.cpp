#include "commands.hpp"
#include "session.hpp"

namespace sm::smvault {

Result<int> push(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const std::vector<std::string> ids(context.arguments().begin() + 1, context.arguments().end());
  auto wanted = ids.empty() ? SM_TRY(session->keys.list()) : std::vector<Fingerprint>();
  if (ids.empty() && wanted.empty())
    return fail(ErrorKind::key, "vault.no-key", "no secret key is stored here", "smkey generate makes one");
  for (const std::string& id : ids) {
    auto fingerprint = SM_TRY(session->find(id, {}));
    wanted.push_back(std::move(fingerprint));
  }

  const auto listed = SM_TRY(session->vault->versions());
  Failures failures(context);
  for (const Fingerprint& fingerprint : wanted) {
    const auto pushed = vault::push(*session->vault, session->keys, fingerprint, listed);
    if (!pushed && pushed.error().kind != ErrorKind::key && pushed.error().kind != ErrorKind::data)
      return Unexpected{pushed.error()};
    const std::string result = !pushed ? "refused" : *pushed ? "pushed" : "unchanged";
    SM_TRY(session->report("smvault.push/1", json::Object{{"fingerprint", fingerprint}, {"result", result}},
                           std::string(result).append("  ").append(fingerprint)));
    if (!pushed) failures.add(fingerprint, pushed.error());
  }
  return failures.end();
}

}  // namespace sm::smvault
