#include "keystore/paths.hpp"

namespace sm {

Result<StorePaths> store_paths(const StoreEnvironment& environment) {
  if (!environment.store.empty()) return StorePaths{environment.store, environment.store + "/pgp.cert.d"};
  std::string data;
  if (environment.xdg_data_home.starts_with('/')) {
    data = environment.xdg_data_home;
  } else if (!environment.home.empty()) {
    data = environment.home + "/.local/share";
  } else {
    return fail(ErrorKind::config, "store.no-home", "no home directory to look for the store in",
                "set HOME, or name the store with --store or SM_STORE");
  }
  return StorePaths{data + "/smtools", environment.pgp_cert_d.empty() ? data + "/pgp.cert.d" : environment.pgp_cert_d};
}

}  // namespace sm
