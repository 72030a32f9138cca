#include "commands.hpp"
#include "session.hpp"

namespace sm::smvks {

Result<int> upload(cli::Context& context) {
  // Before anything is opened that leads out of this machine.
  const vks::Upload what = SM_TRY(read_certificate(context, 0));
  Session session = SM_TRY(Session::open(context));
  const vks::Receipt receipt = SM_TRY(session.server.upload(what));
  SM_TRY(report(context, "smvks.upload/1", receipt));
  return 0;
}

}  // namespace sm::smvks
