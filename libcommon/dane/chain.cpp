#include "dane/chain.hpp"

namespace sm::dane {

std::string_view name_of(ChainResult result) {
  switch (result) {
    case ChainResult::match:
      return "match";
    case ChainResult::unusable:
      return "unusable";
    case ChainResult::no_match:
      return "no-match";
    case ChainResult::wrong_name:
      return "wrong-name";
    case ChainResult::expired:
      return "expired";
    case ChainResult::not_yet_valid:
      return "not-yet-valid";
    case ChainResult::untrusted:
      return "untrusted";
  }
  return "";
}

}  // namespace sm::dane
