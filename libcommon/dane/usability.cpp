#include "dane/usability.hpp"

namespace sm::dane {

Usability usability(const dns::Tlsa& record, const ChainJudge& judge) {
  if (record.usage < 2) return Usability::pkix_usage;
  if (record.usage > 3) return Usability::unknown_usage;
  if (record.selector > 1) return Usability::unknown_selector;
  switch (record.matching_type) {
    case 0:
      return judge.full_data_parses(record) ? Usability::usable : Usability::unreadable;
    case 1:
      return record.data.size() == 32 ? Usability::usable : Usability::wrong_length;
    case 2:
      return record.data.size() == 64 ? Usability::usable : Usability::wrong_length;
    default:
      return Usability::unknown_type;
  }
}

std::string_view name_of(Usability usability) {
  switch (usability) {
    case Usability::usable:
      return "usable";
    case Usability::pkix_usage:
      return "pkix-usage";
    case Usability::unknown_usage:
      return "unknown-usage";
    case Usability::unknown_selector:
      return "unknown-selector";
    case Usability::unknown_type:
      return "unknown-type";
    case Usability::wrong_length:
      return "wrong-length";
    case Usability::unreadable:
      return "unreadable";
  }
  return "";
}

}  // namespace sm::dane
