// Certificates and keys in files that the user names. A key that is read here may be a private one: it is held as a
// Secret, and of it goes on what is public.
#pragma once

#include <string>
#include <vector>

#include "dane/material.hpp"

namespace sm::smdane {

// Errors: io.open (no_input), io.too-long and those of backend/tls's material.hpp, with the file's name.
Result<std::vector<dane::Material>> read_chain_file(const std::string& path);
Result<dane::Material> read_key_file(const std::string& path);
Result<dane::Material> read_request_file(const std::string& path);
// Any of the three, by what stands in it: a chain, else a request, else a key.
Result<std::vector<dane::Material>> read_any_file(const std::string& path);

}  // namespace sm::smdane
