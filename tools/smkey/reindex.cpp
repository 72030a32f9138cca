#include "commands.hpp"
#include "openpgp/session.hpp"

namespace sm::smkey {

Result<int> reindex(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  SM_TRY(session->store.reindex());
  return 0;
}

}  // namespace sm::smkey
