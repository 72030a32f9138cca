#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "arrival.hpp"
#include "base/primitives.hpp"
#include "cli/diagnostics.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "describe.hpp"
#include "json/line.hpp"
#include "key_server.hpp"
#include "keystore/resolve.hpp"

namespace sm::smkey {
namespace {

// So many failures in a row are not the certificates': the rest is left for another time.
constexpr int most_failures = 3;

struct FromKernel {
  using result_type = std::uint32_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return UINT32_MAX; }
  result_type operator()() const {
    std::array<char, sizeof(result_type)> bytes{};
    random_bytes(bytes);
    result_type value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }
};

Result<std::vector<Fingerprint>> wanted(cli::Context& context, Session& session) {
  if (context.flag("all") != context.arguments().empty())
    return fail(ErrorKind::usage, "smkey.refresh", "name what to refresh, or use --all");
  std::vector<Fingerprint> fingerprints;
  if (context.flag("all")) fingerprints = SM_TRY(session.store.list_certificates());
  for (const std::string& id : context.arguments()) {
    auto fingerprint = SM_TRY(resolve(session.store, id));
    if (std::ranges::find(fingerprints, fingerprint) == fingerprints.end())
      fingerprints.push_back(std::move(fingerprint));
  }
  // Neither who is asked nor who listens learns from the order which of them belong together.
  std::ranges::shuffle(fingerprints, FromKernel());
  return fingerprints;
}

// From half to one and a half of what the rate says.
void wait_a_while(std::uint64_t rate) {
  const double share = 0.5 + static_cast<double>(FromKernel()()) / UINT32_MAX;
  poll(nullptr, 0, static_cast<int>(share * 1000 / static_cast<double>(rate)));
}

// A line on a terminal that is written anew; nothing elsewhere.
class Progress {
 public:
  Progress(const cli::Context& context, std::size_t of)
      : of_(of), shown_(isatty(STDERR_FILENO) == 1 && !context.quiet() && !context.verbose()) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Before something else is said there.
  void clear() const {
    if (shown_) cli::write_all(STDERR_FILENO, "\r\x1b[K");
  }
  void at(std::size_t count) const {
    if (!shown_) return;
    std::string text = "\rsmkey: refreshing ";
    text.append(std::to_string(count)).append(" of ").append(std::to_string(of_));
    cli::write_all(STDERR_FILENO, text);
  }

 private:
  std::size_t of_;
  bool shown_;
};

struct Outcome {
  std::string result;  // updated, unchanged, absent
  std::string state;   // of the certificate, with what has arrived
};

Result<Outcome> refresh_one(Session& session, KeyServer& server, const Fingerprint& fingerprint) {
  const auto stored = SM_TRY(session.store.certificate(fingerprint));
  if (!stored) return Outcome{"absent", "missing"};  // deleted meanwhile
  const std::int64_t now = session.context.clock().now();
  const auto answer = SM_TRY(server.ask(fingerprint));
  if (!answer) return Outcome{"absent", std::string(state_of(SM_TRY(session.reader->inspect(*stored)), now))};
  const auto certificates = SM_TRY(split_answer(*answer));
  if (certificates.size() != 1)
    return fail(ErrorKind::data, "smkey.answer", "there is more than one certificate in the answer");
  const CertificateInfo sent = SM_TRY(session.reader->inspect(certificates.front()));
  if (sent.fingerprint() != fingerprint)
    return fail(ErrorKind::data, "smkey.answer", "the answer is another certificate, " + sent.fingerprint());
  const Arrival arrival = SM_TRY(arrival_of_update(session, certificates.front(), *stored));
  const Change change = SM_TRY(session.store.put_certificate(arrival.info, arrival.news));
  return Outcome{change == Change::unchanged ? "unchanged" : "updated", std::string(state_of(arrival.info, now))};
}

Result<void> report(cli::Context& context, const Fingerprint& fingerprint, const Outcome& outcome,
                    const std::string& error) {
  std::string text = fingerprint;
  text.append(": ").append(outcome.result);
  if (!outcome.state.empty()) text.append(", ").append(outcome.state);
  context.note(text);
  if (!context.json() || context.quiet()) return {};
  json::Object members{{"fingerprint", fingerprint}, {"result", outcome.result}};
  if (!outcome.state.empty()) members.emplace_back("state", outcome.state);
  if (!error.empty()) members.emplace_back("error", error);
  return context.print(json_line("smkey.refresh/1", members));
}

}  // namespace

Result<int> refresh(cli::Context& context) {
  const std::uint64_t rate = context.number("rate").value_or(1);
  if (rate == 0 || rate > 1000) return fail(ErrorKind::usage, "smkey.rate", "--rate is from 1 to 1000 a second");
  const auto session = SM_TRY(Session::open(context));
  const auto fingerprints = SM_TRY(wanted(context, *session));
  if (fingerprints.empty()) return 0;
  KeyServer server = SM_TRY(KeyServer::open(context));
  const Progress progress(context, fingerprints.size());
  std::optional<Error> worst;
  int in_a_row = 0;
  std::size_t done = 0;
  for (const Fingerprint& fingerprint : fingerprints) {
    if (done > 0) wait_a_while(rate);
    progress.at(++done);
    const auto outcome = refresh_one(*session, server, fingerprint);
    if (outcome) {
      in_a_row = 0;
      SM_TRY(report(context, fingerprint, *outcome, {}));
      continue;
    }
    progress.clear();
    Error error = outcome.error();
    // What is wrong here is wrong with all of them.
    if (error.kind == ErrorKind::config || error.kind == ErrorKind::bug) return Unexpected{std::move(error)};
    SM_TRY(report(context, fingerprint, {"failed", {}}, error.message));
    error.message.insert(0, fingerprint + ": ");
    const bool last = error.code == "vks.later" || error.code == "vks.ended" ||
                      (error.kind == ErrorKind::temporary && ++in_a_row == most_failures);
    if (last && done < fingerprints.size())
      error.message.append("; ").append(std::to_string(fingerprints.size() - done)).append(" more were not asked for");
    const int so_far = worst ? cli::exit_status(worst->kind) : 0;
    if (cli::combined_status(so_far, cli::exit_status(error.kind)) != so_far) {
      if (worst) context.warn(worst->message);
      worst = std::move(error);
    } else {
      context.warn(error.message);
    }
    if (last) break;
  }
  if (worst) return Unexpected{std::move(*worst)};
  return 0;
}

}  // namespace sm::smkey
