#include "backend/rnp/rnp.hpp"
#include "crypto/contract.hpp"

namespace {

struct Backend {
  using Engine = sm::rnp::Engine;
  using Reader = sm::rnp::Reader;
  using Generator = sm::rnp::Generator;
};

}  // namespace

TEST_CASE("backend-rnp/contract: makes keys of every kind") {
  sm::contract::generates<Backend>();
}

TEST_CASE("backend-rnp/contract: signs and verifies") {
  sm::contract::signs_and_verifies<Backend>();
}

TEST_CASE("backend-rnp/contract: verifies several signatures, and damaged ones") {
  sm::contract::verifies_several<Backend>();
}

TEST_CASE("backend-rnp/contract: encrypts and decrypts") {
  sm::contract::encrypts_and_decrypts<Backend>();
}

TEST_CASE("backend-rnp/contract: asks for a passphrase once, and only when it is needed") {
  sm::contract::needs_passphrases<Backend>();
}

TEST_CASE("backend-rnp/contract: gives nothing that was cut or changed") {
  sm::contract::refuses_damage<Backend>();
}

TEST_CASE("backend-rnp/contract: passes on errors and exceptions of the ends") {
  sm::contract::passes_errors_on<Backend>();
}

TEST_CASE("backend-rnp/contract: bounds what comes out") {
  sm::contract::bounds_output<Backend>();
}

TEST_CASE("backend-rnp/contract: asks for each certificate once") {
  sm::contract::asks_for_each_certificate_once<Backend>();
}

TEST_CASE("backend-rnp/contract: reads, merges and cuts down certificates") {
  sm::contract::reads_and_merges<Backend>();
}
