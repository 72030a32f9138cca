// The name by which this host greets others (RFC 5321 §2.3.5).
#pragma once

#include <string>

namespace sm::bulk {

// The host name; one without a dot is completed from /etc/hosts, as far as that goes. Nobody is asked: the DNS may be
// what is broken.
std::string own_name();

}  // namespace sm::bulk
