// certificates COUNT DIR: makes that many certificates, user<i>@example.com, in a pgp.cert.d at DIR.
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void must(rnp_result_t result) {
  if (result != RNP_SUCCESS) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const std::string directory = argv[2];
  mkdir(directory.c_str(), 0755);
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    rnp_ffi_t ffi = nullptr;
    must(rnp_ffi_create(&ffi, "GPG", "GPG"));
    const std::string user_id = "User <user" + std::to_string(i) + "@example.com>";
    rnp_key_handle_t key = nullptr;
    must(rnp_generate_key_25519(ffi, user_id.c_str(), nullptr, &key));
    char* fingerprint = nullptr;
    must(rnp_key_get_fprint(key, &fingerprint));
    std::string name = fingerprint;
    for (char& c : name)
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const std::string shard = directory + "/" + name.substr(0, 2);
    mkdir(shard.c_str(), 0755);
    rnp_output_t output = nullptr;
    must(rnp_output_to_path(&output, (shard + "/" + name.substr(2)).c_str()));
    must(rnp_key_export(key, output, RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS));
    rnp_output_destroy(output);
    rnp_buffer_destroy(fingerprint);
    rnp_key_handle_destroy(key);
    rnp_ffi_destroy(ffi);
  }
}
