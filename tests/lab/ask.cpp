// lab-ask [OPTION…] NAME TYPE…: what dns::Resolver says, for scripts. One line an answer, in order of completion:
//   NAME TYPE OUTCOME SECURITY FAILURE BACKEND TRUST CANONICAL COUNT TTL: REASON
// and below it, with --records, the records and RRSIGs as zone text. Names and types may come as lines on stdin ("-").
// Options: --dnssec auto|resolver|local|none, --resolver ADDR[@PORT], --timeout SECONDS, --window N, --signatures,
// --records, --quiet (one line with the sums in the end).

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "backend/cares/resolver.hpp"
#include "dns/zone_text.hpp"
#include "resolver/open.hpp"
#include "text/printable.hpp"

using namespace sm;

namespace {

struct Settings {
  ResolverOptions open;
  bool nobody = false;
  bool signatures = false;
  bool records = false;
  bool quiet = false;
  std::chrono::milliseconds timeout{10'000};
  std::vector<std::string> words;
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "lab-ask: %s\n", why.c_str());
  std::exit(64);
}

Settings read_arguments(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      return i + 1 < argc ? std::string(argv[++i]) : (stop("no value for " + word), std::string());
    };
    if (word == "--dnssec") {
      const std::string mode = value();
      settings.nobody = mode == "none";
      const auto parsed = parse_dnssec_mode(mode);
      if (!parsed && !settings.nobody) stop("bad mode");
      settings.open.dnssec = parsed.value_or(dns::DnssecMode::resolver);
    } else if (word == "--resolver") {
      settings.open.resolver = value();
    } else if (word == "--timeout") {
      settings.timeout = std::chrono::milliseconds(static_cast<long>(std::strtod(value().c_str(), nullptr) * 1000));
    } else if (word == "--window") {
      settings.open.window = std::strtoul(value().c_str(), nullptr, 10);
    } else if (word == "--signatures") {
      settings.signatures = true;
    } else if (word == "--records") {
      settings.records = true;
    } else if (word == "--quiet") {
      settings.quiet = true;
    } else if (word == "-") {
      std::string name, type;
      while (std::cin >> name >> type) settings.words.insert(settings.words.end(), {name, type});
    } else {
      settings.words.push_back(word);
    }
  }
  if (settings.words.size() % 2 != 0) stop("NAME TYPE pairs");
  return settings;
}

void print(const dns::Answer& answer, const Settings& settings) {
  std::printf("%s %s %s %s %s %s %s %s %zu %u: %s\n", answer.name.text().c_str(), dns::text_of(answer.type).c_str(),
              std::string(name_of(answer.outcome)).c_str(), std::string(name_of(answer.security)).c_str(),
              std::string(name_of(answer.failure)).c_str(), std::string(name_of(answer.backend)).c_str(),
              std::string(name_of(answer.trust)).c_str(), answer.canonical().text().c_str(), answer.records.size(),
              answer.ttl, printable(answer.reason).c_str());
  if (!settings.records) return;
  for (const dns::Record& record : answer.records) std::fputs(dns::zone_text(record).c_str(), stdout);
  for (const dns::Record& record : answer.signatures) std::fputs(dns::zone_text(record).c_str(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = read_arguments(argc, argv);
  auto opened = open_resolver(settings.open);
  if (!opened) {
    std::fprintf(stderr, "lab-ask: %s: %s\n", opened.error().code.c_str(), opened.error().message.c_str());
    return opened.error().kind == ErrorKind::config ? 78 : 64;
  }
  std::unique_ptr<dns::Resolver> resolver = std::move(opened->resolver);
  if (settings.nobody) resolver = cares::make_resolver({.servers = opened->servers, .window = settings.open.window});
  std::map<std::string, std::size_t> sums;
  for (std::size_t i = 0; i < settings.words.size(); i += 2) {
    auto name = dns::Name::parse(settings.words[i]);
    const auto type = dns::parse_type(settings.words[i + 1]);
    if (!name || !type) stop("bad name or type: " + settings.words[i] + " " + settings.words[i + 1]);
    resolver->ask({.name = *name, .type = *type, .signatures = settings.signatures, .timeout = settings.timeout},
                  [&](const dns::Answer& answer) {
                    if (!settings.quiet) print(answer, settings);
                    ++sums[std::string(name_of(answer.outcome)) + " " + std::string(name_of(answer.security))];
                  });
  }
  run(*resolver);
  if (settings.quiet)
    for (const auto& [what, count] : sums) std::printf("%s %zu\n", what.c_str(), count);
  return 0;
}
