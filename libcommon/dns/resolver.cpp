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

namespace {

void turn(Resolver& resolver, std::vector<pollfd>& polled) {
  polled.clear();
  resolver.add_descriptors(polled);
  // EINTR and the like: process() sees descriptors that are not ready, and timeout() gets shorter.
  if (poll(polled.data(), polled.size(), resolver.timeout()) < 0)
    for (pollfd& entry : polled) entry.revents = 0;
  resolver.process(polled);
}

}  // namespace

void run(Resolver& resolver) {
  std::vector<pollfd> polled;
  while (resolver.open() != 0) turn(resolver, polled);
}

Answer look_up(Resolver& resolver, Query query) {
  std::optional<Answer> answer;
  resolver.ask(std::move(query), [&](Answer got) { answer = std::move(got); });
  std::vector<pollfd> polled;
  while (!answer) turn(resolver, polled);
  return *std::move(answer);
}

}  // namespace sm::dns
