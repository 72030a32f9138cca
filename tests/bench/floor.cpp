// The smallest program that does the job on the same library, without MIME, options, store or checks: what ours are
// measured against. floor OPERATION KEYFILE… < input > output: sign SEC | verify PUB SIG DATA | encrypt-sign PUB SEC |
// encrypt PUB | decrypt-verify SEC PUB. "start" does nothing but open the library.
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void must(rnp_result_t result) {
  if (result != RNP_SUCCESS) _exit(1);
}

rnp_ffi_t ffi = nullptr;

void load(const char* path) {
  rnp_input_t input = nullptr;
  must(rnp_input_from_path(&input, path));
  must(rnp_import_keys(ffi, input, RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS | RNP_LOAD_SAVE_PERMISSIVE,
                       nullptr));
  rnp_input_destroy(input);
}

rnp_key_handle_t key_for(const char* usage, bool secret) {
  rnp_identifier_iterator_t iterator = nullptr;
  must(rnp_identifier_iterator_create(ffi, &iterator, "fingerprint"));
  const char* fingerprint = nullptr;
  while (rnp_identifier_iterator_next(iterator, &fingerprint) == RNP_SUCCESS && fingerprint) {
    rnp_key_handle_t key = nullptr;
    must(rnp_locate_key(ffi, "fingerprint", fingerprint, &key));
    bool has = false;
    bool allows = false;
    must(rnp_key_have_secret(key, &has));
    must(rnp_key_allows_usage(key, usage, &allows));
    if (allows && (has || !secret)) return key;
    rnp_key_handle_destroy(key);
  }
  _exit(1);
}

bool read_all(void*, void* buffer, size_t size, size_t* got) {
  const ssize_t count = read(0, buffer, size);
  *got = count < 0 ? 0 : static_cast<size_t>(count);
  return count >= 0;
}

bool write_all(void*, const void* buffer, size_t size) {
  const char* at = static_cast<const char*>(buffer);
  while (size > 0) {
    const ssize_t count = write(1, at, size);
    if (count < 0) return false;
    at += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

void encrypt(rnp_input_t input, rnp_output_t output, bool sign) {
  rnp_op_encrypt_t operation = nullptr;
  must(rnp_op_encrypt_create(&operation, ffi, input, output));
  must(rnp_op_encrypt_add_recipient(operation, key_for("encrypt", false)));
  if (sign) {
    must(rnp_op_encrypt_set_hash(operation, "SHA256"));
    must(rnp_op_encrypt_add_signature(operation, key_for("sign", true), nullptr));
  }
  must(rnp_op_encrypt_set_cipher(operation, "AES256"));
  must(rnp_op_encrypt_set_compression(operation, "Uncompressed", 0));
  must(rnp_op_encrypt_execute(operation));
}

}  // namespace

int main(int argc, char** argv) {
  setenv("BOTAN_MLOCK_POOL_SIZE", "16", 0);  // as ours do
  if (argc < 2) return 1;
  const std::string operation = argv[1];
  must(rnp_ffi_create(&ffi, "GPG", "GPG"));
  if (operation == "start") return 0;
  const int keys = operation == "verify" ? 3 : argc;
  for (int i = 2; i < keys; ++i) load(argv[i]);

  rnp_input_t input = nullptr;
  rnp_output_t output = nullptr;
  if (operation != "verify") must(rnp_input_from_callback(&input, read_all, nullptr, nullptr));
  must(rnp_output_to_callback(&output, write_all, nullptr, nullptr));
  if (operation == "sign") {
    rnp_op_sign_t sign = nullptr;
    must(rnp_op_sign_detached_create(&sign, ffi, input, output));
    must(rnp_op_sign_set_hash(sign, "SHA256"));
    must(rnp_op_sign_add_signature(sign, key_for("sign", true), nullptr));
    must(rnp_op_sign_execute(sign));
  } else if (operation == "verify") {
    rnp_input_t signature = nullptr;
    must(rnp_input_from_path(&signature, argv[3]));
    must(rnp_input_from_path(&input, argv[4]));
    rnp_op_verify_t verify = nullptr;
    must(rnp_op_verify_detached_create(&verify, ffi, input, signature));
    must(rnp_op_verify_execute(verify));
  } else if (operation == "encrypt" || operation == "encrypt-sign") {
    encrypt(input, output, operation == "encrypt-sign");
  } else {
    rnp_op_verify_t decrypt = nullptr;
    must(rnp_op_verify_create(&decrypt, ffi, input, output));
    must(rnp_op_verify_execute(decrypt));
  }
  // No tidying up: the process ends here, as a smallest program's would.
  _exit(0);
}
