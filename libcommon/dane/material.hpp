// What a TLSA record is made of.
#pragma once

#include <string>

#include "base/result.hpp"
#include "dns/rdata_tlsa.hpp"

namespace sm::dane {

struct Material {
  std::string certificate;  // DER; empty: only the key is known
  std::string key;          // its SubjectPublicKeyInfo, DER
};

// The numbers of RFC 6698 §2.1.
struct RecordForm {
  std::uint8_t usage = 3;
  std::uint8_t selector = 1;
  std::uint8_t matching_type = 1;
};

// The record of this form. Errors: dane.no-certificate (usage): selector 0 of a key alone; dane.bad-form (usage): a
// selector or matching type without a meaning. backend/tls's make_record.
using MakeRecord = Result<dns::Tlsa> (*)(const RecordForm& form, const Material& material);

}  // namespace sm::dane
