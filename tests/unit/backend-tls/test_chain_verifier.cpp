#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "backend/tls/certificates.hpp"
#include "backend/tls/chain_verifier.hpp"
#include "suites.hpp"
#include "text/hex.hpp"

using namespace sm;
using dane::ChainResult;

namespace {

constexpr std::chrono::sys_seconds day{std::chrono::sys_days{std::chrono::year{2020} / 6 / 1}};

std::string file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// One block: "TLSA-count certificate-count no-name-checks result depth", the records, the certificates in PEM.
struct Row {
  dane::ChainQuestion question;
  int result = 0;
  int depth = 0;
};

std::vector<Row> read(const std::filesystem::path& path, const std::string& base_domain) {
  std::istringstream lines(file(path));
  std::vector<Row> rows;
  std::string line;
  const auto next = [&] {
    while (std::getline(lines, line))
      if (!line.empty() && line.front() != '#') return true;
    return false;
  };
  while (next()) {
    std::istringstream head(line);
    std::size_t records = 0;
    std::size_t certificates = 0;
    int no_names = 0;
    Row row;
    REQUIRE((head >> records >> certificates >> no_names >> row.result >> row.depth));
    row.question.base_domain = base_domain;
    row.question.names_with_usage_3 = no_names == 0;
    row.question.now = day;
    for (; records != 0; --records) {
      REQUIRE(next());
      std::istringstream fields(line);
      unsigned usage = 0;
      unsigned selector = 0;
      unsigned type = 0;
      std::string hex;
      REQUIRE((fields >> usage >> selector >> type >> hex));
      auto data = hex_decode(hex);
      REQUIRE(data);
      row.question.records.push_back({static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
                                      static_cast<std::uint8_t>(type), *data});
    }
    std::string pem;
    while (certificates != 0 && next()) {
      pem += line + "\n";
      if (line.starts_with("-----END ")) --certificates;
    }
    auto chain = tls::read_certificates(pem);
    REQUIRE(chain);
    row.question.chain = *chain;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> all_rows(const std::filesystem::path& folder) {
  std::vector<Row> rows = read(folder / "danetest.in", "example.com");
  for (Row& row : read(folder / "dane-cross.in", "server.example")) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

TEST_CASE("chain/suite: each of openssl's rows with its own flags and trust file") {
  const auto folder = test::suite("tlsa-openssl");
  if (!folder) return;
  const auto anchors = tls::read_certificates(file(*folder / "danetest.pem"));
  REQUIRE(anchors);
  const auto verifier = tls::ChainVerifier::make(*anchors);
  REQUIRE(verifier);
  const std::vector<Row> rows = all_rows(*folder);
  CHECK(rows.size() == 55);  // 54 of one file, and what was found later
  int number = 0;
  for (Row row : rows) {
    CAPTURE(++number);
    row.question.profile = dane::Profile::all_usages;
    const auto verdict = verifier->verify(row.question);
    REQUIRE(verdict);
    CAPTURE(verdict->reason);
    CHECK(verdict->code == row.result);
    CHECK(verdict->depth == row.depth);
    CHECK((verdict->result == ChainResult::match) == (row.result == 0));
    CHECK(verdict->record.has_value() == (row.depth >= 0));
    // Dates count with all usages but 3.
    const bool dated = row.result == 0 && row.question.records.at(verdict->record.value_or(0)).usage != 3;
    CHECK(verdict->valid_until.has_value() == dated);
    if (row.result == 65) CHECK(verdict->result == ChainResult::no_match);
    if (row.result == 62) CHECK(verdict->result == ChainResult::wrong_name);
    if (row.result == 20) CHECK(verdict->result == ChainResult::untrusted);
  }
}

TEST_CASE("chain/suite, SMTP: usages 0 and 1 are unusable, the others as before, and nothing is trusted") {
  const auto folder = test::suite("tlsa-openssl");
  if (!folder) return;
  const auto verifier = tls::ChainVerifier::make();
  REQUIRE(verifier);
  int unusable = 0;
  int number = 0;
  for (const Row& row : all_rows(*folder)) {
    CAPTURE(++number);
    const auto verdict = verifier->verify(row.question);
    REQUIRE(verdict);
    if (row.question.records.front().usage < 2) {
      CHECK(verdict->result == ChainResult::unusable);
      CHECK(verdict->depth == -1);
      ++unusable;
    } else {
      CHECK(verdict->code == row.result);
      CHECK(verdict->depth == row.depth);
    }
  }
  CHECK(unusable == 20);
}
