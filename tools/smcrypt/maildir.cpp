#include "maildir/maildir.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "base/remains.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "keystore/resolve.hpp"
#include "openpgp/session.hpp"
#include "pgpmime/at_rest.hpp"
#include "pgpmime/decrypt.hpp"
#include "pgpmime/encrypted.hpp"

namespace sm::smcrypt {

namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t max_jobs = 256;
constexpr int max_passes = 3;  // over what was renamed or delivered while the pass before was at work
constexpr auto tick = std::chrono::milliseconds(100);

// What became of a message. One that was expunged, or moved to another folder, before it could be replaced is none.
enum class Outcome { encrypted, already, decrypted, skipped, failed };
constexpr std::array<std::string_view, 5> outcome_names = {"encrypted", "already", "decrypted", "skipped", "failed"};

struct Task {
  bool decrypt = false;
  bool keep_names = false;
  bool protect_headers = true;
  EncryptionRequest request;
  DecryptionLimits bounds;
  std::string spool_directory;
};

std::string_view words(Unusable why) {
  switch (why) {
    case Unusable::revoked:
      return "the certificate is revoked";
    case Unusable::expired:
      return "the certificate has expired";
    default:
      return "the certificate has no key to encrypt to";
  }
}

// Each recipient's certificate, before anything is touched: who can't be encrypted to stops the run, and all of them
// are named.
Result<std::vector<Fingerprint>> find_recipients(cli::Context& context, Session& session) {
  std::vector<Fingerprint> found;
  std::string missing;
  std::optional<Error> worst;
  const auto refuse = [&](const std::string& id, const Error& error) {
    missing += (missing.empty() ? "" : "; ") + id + ": " + error.message;
    if (!worst || (worst->kind == ErrorKind::temporary && error.kind != ErrorKind::temporary)) worst = error;
  };
  for (const std::string& id : context.values("to")) {
    const auto fingerprint = resolve_recipient(session.store, id);
    if (!fingerprint) {
      if (fingerprint.error().kind == ErrorKind::usage) return Unexpected{fingerprint.error()};
      refuse(id, fingerprint.error());
      continue;
    }
    const auto certificate = SM_TRY(session.engine.certificate(*fingerprint));
    const KeyChoice choice = certificate ? encryption_key(*certificate, context.clock().now()) : KeyChoice{};
    if (!choice.key) {
      refuse(id, fail(ErrorKind::key, "recipient.missing-key", std::string(words(choice.why))).error);
      continue;
    }
    SM_TRY(context.status("RECIPIENT", {{"id", id}, {"fingerprint", *fingerprint}, {"key", choice.key->fingerprint}}));
    if (std::ranges::find(found, *fingerprint) == found.end()) found.push_back(*fingerprint);
  }
  if (worst)
    return fail(worst->kind, "recipient.missing-key", missing,
                "smkey import takes a certificate from a file, smkey accept settles a conflict");
  return found;
}

Result<std::optional<Outcome>> replace(maildir::Maildir& folder, maildir::Message& message, Source& with,
                                       const Task& task, Outcome done) {
  auto replacement = SM_TRY(maildir::Replacement::begin(folder, message));
  SM_TRY(copy(with, replacement));
  SM_TRY(replacement.finish());
  return SM_TRY(replacement.commit(task.keep_names)) ? std::optional(done) : std::nullopt;
}

Result<std::optional<Outcome>> encrypt_one(maildir::Maildir& folder, maildir::Message& message, Document& document,
                                           const mime::Outline& outline, Session& session, const Task& task) {
  if (SM_TRY(pgpmime::is_encrypted(document, outline))) return std::optional(Outcome::already);
  auto encrypted = SM_TRY(pgpmime::encrypt_at_rest(document, outline, session.engine, task.request,
                                                   task.protect_headers, task.spool_directory));
  return replace(folder, message, encrypted.message, task, Outcome::encrypted);
}

Result<std::optional<Outcome>> decrypt_one(maildir::Maildir& folder, maildir::Message& message, Document& document,
                                           const mime::Outline& outline, Session& session, const Task& task) {
  if (!SM_TRY(pgpmime::find_encrypted(document, outline))) return std::optional(Outcome::skipped);
  auto decrypted = SM_TRY(pgpmime::decrypt(document, outline, session.engine, task.bounds, task.spool_directory));
  if (!decrypted.at_rest) return std::optional(Outcome::skipped);
  return replace(folder, message, decrypted.message, task, Outcome::decrypted);
}

Result<std::optional<Outcome>> convert(maildir::Maildir& folder, const maildir::Entry& entry, Session& session,
                                       const Task& task) {
  auto message = SM_TRY(folder.open_message(entry));
  if (!message) return std::optional<Outcome>();
  if (!message->file) return std::optional(Outcome::skipped);
  Document document = SM_TRY(Document::from_descriptor(message->file.get(), task.spool_directory));
  const mime::Outline outline = SM_TRY(mime::scan(document));
  // What Dovecot's zlib plugin has compressed, say: encrypted, nobody could read it any more.
  const mime::Header header = outline.top();
  if (outline.empty || header.fields.empty() || header.fields.front().name.empty())
    return fail(ErrorKind::data, "maildir.no-message", "it does not begin with a header");
  return (task.decrypt ? decrypt_one : encrypt_one)(folder, *message, document, outline, session, task);
}

// Whether every other message would fail alike.
bool is_final(const Error& error) {
  return error.code == "maildir.write" || error.code == "maildir.exchange" || error.code == "io.spool" ||
         error.code == "key.locked" || error.code == "key.passphrase";
}

// Of several failures: what is wrong with a key, else with a message, else what may pass.
int weight(ErrorKind kind) {
  return kind == ErrorKind::key ? 2 : kind == ErrorKind::temporary ? 0 : 1;
}

// TERM, INT, HUP and the alarm of --timeout wait while it stands, so that messages at work are finished first; then
// they do what they always do.
class SignalsDeferred {
 public:
  SignalsDeferred() : signals_(deadly()) { pthread_sigmask(SIG_BLOCK, &signals_, &before_); }
  ~SignalsDeferred() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsDeferred(const SignalsDeferred&) = delete;
  SignalsDeferred& operator=(const SignalsDeferred&) = delete;

  bool pending() const {
    sigset_t waiting;
    sigemptyset(&waiting);
    sigpending(&waiting);
    for (const int number : numbers)
      if (sigismember(&signals_, number) == 1 && sigismember(&waiting, number) == 1) return true;
    return false;
  }

  // While a person is asked, in a thread of its own mask.
  class Not {
   public:
    Not() {
      const sigset_t signals = deadly();
      pthread_sigmask(SIG_UNBLOCK, &signals, &before_);
    }
    ~Not() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Not(const Not&) = delete;
    Not& operator=(const Not&) = delete;

   private:
    sigset_t before_;
  };

 private:
  static constexpr std::array<int, 4> numbers = {SIGTERM, SIGINT, SIGHUP, SIGALRM};

  // Those that are not ignored.
  static sigset_t deadly() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : numbers) {
      struct sigaction action {};
      sigaction(number, nullptr, &action);
      if (action.sa_handler != SIG_IGN) sigaddset(&signals, number);
    }
    return signals;
  }

  sigset_t signals_;
  sigset_t before_;
};

// One pass after another over the Maildir, by several threads.
class Conversion {
 public:
  Conversion(cli::Context& context, maildir::Maildir& folder, Task task)
      : context_(context),
        folder_(folder),
        task_(std::move(task)),
        shows_progress_(isatty(STDERR_FILENO) == 1 && !context.quiet()) {}

  Result<void> run(std::size_t jobs) {
    const SignalsDeferred deferred;
    std::set<std::string, std::less<>> seen;
    for (int pass = 0; pass < max_passes && !stop_; ++pass) {
      entries_ = SM_TRY(folder_.list());
      std::erase_if(entries_,
                    [&](const maildir::Entry& entry) { return seen.contains(maildir::unique_part(entry.name)); });
      for (const maildir::Entry& entry : entries_) seen.emplace(maildir::unique_part(entry.name));
      gone_.clear();
      if (entries_.empty()) break;
      next_ = 0;
      done_ = 0;
      SM_TRY(run_pass(std::min(jobs, entries_.size()), deferred));
      // A name that changes while the directory is read may have been missed under both.
      for (const std::string& unique : gone_) seen.erase(unique);
    }
    return folder_.sync();
  }

  std::uint64_t count(Outcome outcome) const { return counts_[static_cast<std::size_t>(outcome)]; }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts_) sum += count;
    return sum;
  }
  // Why the run ended early.
  const std::optional<Error>& ended() const { return ended_; }
  ErrorKind worst() const { return worst_; }

 private:
  Result<void> run_pass(std::size_t jobs, const SignalsDeferred& deferred) {
    std::vector<std::unique_ptr<Session>> sessions;
    for (std::size_t i = 0; i < jobs; ++i)
      sessions.push_back(SM_TRY(Session::open(context_, [this](const Key& key, std::string_view purpose) {
        const std::lock_guard guard(mutex_);
        if (shows_progress_) clear_line();
        const SignalsDeferred::Not asking;
        return passphrases_(key, purpose);
      })));
    std::vector<std::thread> threads;
    running_ = jobs;
    for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([this, &session = *sessions[i]] { work(session); });
    {
      std::unique_lock lock(mutex_);
      while (!finished_.wait_for(lock, tick, [this] { return running_ == 0; })) {
        if (deferred.pending()) stop_ = true;
        if (shows_progress_) show_progress();
      }
      if (shows_progress_) clear_line();
    }
    for (std::thread& thread : threads) thread.join();
    if (exception_) std::rethrow_exception(exception_);
    return {};
  }

  void work(Session& session) noexcept {
    try {
      for (std::size_t i = 0; !stop_ && (i = next_++) < entries_.size();) take(entries_[i], session);
    } catch (...) {
      const std::lock_guard guard(mutex_);
      exception_ = std::current_exception();
      stop_ = true;
    }
    wipe_stack();
    const std::lock_guard guard(mutex_);
    --running_;
    finished_.notify_all();
  }

  void take(const maildir::Entry& entry, Session& session) {
    const auto outcome = convert(folder_, entry, session, task_);
    const std::lock_guard guard(mutex_);
    ++done_;
    if (outcome && !*outcome) {
      gone_.emplace_back(maildir::unique_part(entry.name));
      return;
    }
    ++counts_[static_cast<std::size_t>(outcome ? **outcome : Outcome::failed)];
    if (outcome) return;
    const Error& error = outcome.error();
    if (is_final(error)) {
      stop_ = true;
      if (!ended_) ended_ = error;
      return;
    }
    if (weight(error.kind) > weight(worst_)) worst_ = error.kind;
    if (shows_progress_) clear_line();
    context_.warn(entry.path() + ": " + error.message);
  }

  static void clear_line() { say("\r\x1b[K"); }
  void show_progress() const {
    say("\r" + std::to_string(done_) + " of " + std::to_string(entries_.size()) + " messages");
  }
  // Nobody waits for it: what can't be written is dropped.
  static void say(const std::string& text) {
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
  }

  cli::Context& context_;
  maildir::Maildir& folder_;
  const Task task_;
  const bool shows_progress_;
  const PassphraseSource passphrases_ = context_.passphrases();
  std::vector<maildir::Entry> entries_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;

  std::mutex mutex_;  // for all that follows, and for what the context does
  std::condition_variable finished_;
  std::size_t running_ = 0;
  std::size_t done_ = 0;
  std::array<std::uint64_t, outcome_names.size()> counts_{};
  std::vector<std::string> gone_;  // unique parts of names
  std::exception_ptr exception_;
  std::optional<Error> ended_;
  ErrorKind worst_ = ErrorKind::temporary;
};

}  // namespace

Result<int> convert_maildir(cli::Context& context) {
  const std::string& path = context.arguments().front();
  Task task{.decrypt = context.flag("decrypt"),
            .keep_names = context.flag("keep-names"),
            .protect_headers = !context.flag("no-protect-headers"),
            .request = {},
            .bounds = {},
            .spool_directory = context.spool_directory()};
  if (!task.decrypt && context.values("to").empty())
    return fail(ErrorKind::usage, "smcrypt.no-recipient", "nobody to encrypt to", "use --to ADDR, or --decrypt");
  if (const auto size = context.number("max-message")) task.bounds.output = *size;
  const std::uint64_t jobs = context.number("jobs").value_or(std::max(1u, std::thread::hardware_concurrency()));
  if (jobs == 0 || jobs > max_jobs)
    return fail(ErrorKind::usage, "smcrypt.jobs", "--jobs is 1 to " + std::to_string(max_jobs));

  if (!task.decrypt) {
    const auto session = SM_TRY(Session::open(context));
    task.request.recipients = SM_TRY(find_recipients(context, *session));
  }
  maildir::Maildir folder = SM_TRY(maildir::Maildir::open(path));
  const auto begin = steady_clock::now();
  Conversion conversion(context, folder, std::move(task));
  SM_TRY(conversion.run(static_cast<std::size_t>(jobs)));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);

  json::Object summary{{"directory", path}};
  std::string text = std::to_string(conversion.total()) + " messages";
  for (std::size_t i = 0; i < outcome_names.size(); ++i) {
    const std::uint64_t count = conversion.count(static_cast<Outcome>(i));
    summary.emplace_back(std::string(outcome_names[i]), static_cast<std::int64_t>(count));
    text += (i == 0 ? ": " : ", ") + std::to_string(count) + " " + std::string(outcome_names[i]);
  }
  summary.emplace_back("run", json::Object{{"milliseconds", static_cast<std::int64_t>(took.count())},
                                           {"jobs", static_cast<std::int64_t>(jobs)}});
  context.note(text);
  if (context.json()) SM_TRY(context.print(json_line("smcrypt.maildir/1", summary)));
  if (const auto& error = conversion.ended()) return Unexpected{*error};
  if (const std::uint64_t failed = conversion.count(Outcome::failed); failed > 0)
    return fail(conversion.worst(), "maildir.failed",
                std::to_string(failed) + " of " + std::to_string(conversion.total()) + " messages failed");
  return 0;
}

}  // namespace sm::smcrypt
