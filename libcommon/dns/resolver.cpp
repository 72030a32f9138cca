#include "dns/resolver.hpp"

namespace sm::dns {

std::string_view name_of(Security security) {
  switch (security) {
    case Security::secure:
      return "secure";
    case Security::insecure:
      return "insecure";
    case Security::bogus:
      return "bogus";
    case Security::indeterminate:
      return "indeterminate";
  }
  return "";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::data:
      return "data";
    case Outcome::no_data:
      return "no-data";
    case Outcome::no_name:
      return "no-name";
    case Outcome::failed:
      return "failed";
  }
  return "";
}

std::string_view name_of(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::timeout:
      return "timeout";
    case Failure::unreachable:
      return "unreachable";
    case Failure::servfail:
      return "servfail";
    case Failure::refused:
      return "refused";
    case Failure::malformed:
      return "malformed";
    case Failure::bogus:
      return "bogus";
    case Failure::stripped:
      return "stripped";
  }
  return "";
}

std::string_view name_of(Backend backend) {
  switch (backend) {
    case Backend::cares:
      return "c-ares";
    case Backend::unbound:
      return "libunbound";
    case Backend::fake:
      return "fake";
  }
  return "";
}

std::string_view name_of(Trust trust) {
  switch (trust) {
    case Trust::nobody:
      return "nobody";
    case Trust::validated_here:
      return "validated-here";
    case Trust::trusted_resolver:
      return "trusted-resolver";
    case Trust::trusted_by_command:
      return "trusted-by-command";
  }
  return "";
}

Answer look_up(Resolver& resolver, Query query) {
  std::optional<Answer> answer;
  resolver.ask(std::move(query), [&](Answer got) { answer = std::move(got); });
  std::vector<pollfd> polled;
  for (; !answer; polled.clear()) turn({&resolver}, polled);
  return *std::move(answer);
}

}  // namespace sm::dns
