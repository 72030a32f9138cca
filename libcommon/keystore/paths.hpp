// Where the store lies.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sm {

struct StorePaths {
  std::string root;          // bindings/, private/, index/ below it
  std::string certificates;  // pgp.cert.d
};

// What the environment says, read by the caller. Empty is unset.
struct StoreEnvironment {
  std::string store;          // --store, else SM_STORE: everything lies under it
  std::string pgp_cert_d;     // PGP_CERT_D
  std::string xdg_data_home;  // XDG_DATA_HOME; a relative one is ignored (XDG base directory specification)
  std::string home;           // HOME, else from the passwd entry
};

// Nothing to go by: store.no-home (config).
Result<StorePaths> store_paths(const StoreEnvironment& environment);

}  // namespace sm
