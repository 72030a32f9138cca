// Context: what a command gets from the command line, the configuration and the environment, and the channels it
// answers on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "cli/program.hpp"
#include "crypto/key_source.hpp"
#include "io/document.hpp"

namespace sm::cli {

// Where a new passphrase comes from: of a key that had none, --passphrase-fd and --passphrase-file; of one whose
// passphrase it replaces, --new-passphrase-fd and --new-passphrase-file, which the command defines.
enum class NewPassphrase { first, replacing };

class Context {
 public:
  // ---- options (names without dashes; one that the command does not define is a bug and throws)
  bool flag(std::string_view name) const;
  // The last value given, from the command line, the environment or the configuration, in this order.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  // The value of an option of kind number, duration, lifetime, seconds or size, in its unit (seconds, bytes).
  std::optional<std::uint64_t> number(std::string_view name) const;
  // --timeout, in seconds; none for a command that is endless, whatever the configuration says.
  std::optional<std::uint64_t> timeout() const;
  const std::vector<std::string>& arguments() const;
  // What a program of ours that we run for this command must be told to work on the same store, under the same
  // configuration and as silently: --store, --config, --batch; for one that uses the `network` also its options. What
  // stands in the environment it sees itself.
  std::vector<std::string> passed_on(bool network) const;
  // A key of the configuration that is no option: "default-key".
  std::optional<std::string> setting(std::string_view key) const;

  bool quiet() const;
  bool verbose() const;
  bool json() const;
  bool batch() const;
  bool color() const;     // of stdout
  bool terminal() const;  // whether stdout is one, and the answer goes there
  bool filter() const;    // message in, message out, by the command or its filter_flag
  const Clock& clock() const;

  // ---- environment
  // An environment variable, nullopt if unset or empty.
  std::optional<std::string> environment(std::string_view name) const;
  // HOME, else the home of the passwd entry; nullopt without either.
  std::optional<std::string> home() const;
  // Where a Spool may go: $TMPDIR, else /var/tmp.
  std::string spool_directory() const;

  // ---- input
  // stdin; a closed one was opened so that reading fails (75).
  int input() const;

  // ---- time
  // What stands on stdout if --timeout expires while the command runs: a filter leaves it empty, verify gives its
  // verdict. Not written with -o FILE. The status is 75 either way.
  void on_timeout(std::string text);

  // ---- diagnostics, to stderr; text passes printable() here
  void warn(std::string_view text);
  void note(std::string_view text);  // only with --verbose
  // "[SM:] KEYWORD key=value …" to --status-fd; values are escaped here. A failure to write is ignored by programs that
  // answer on stdout and is an error for filters (75).
  Result<void> status(std::string_view keyword,
                      const std::vector<std::pair<std::string_view, std::string>>& values = {});

  // ---- output
  // Text or JSON of a command that answers: stdout or -o FILE, which appears when the command has succeeded. It is held
  // back for a while (flush() sends it on).
  Result<void> print(std::string_view text);
  // A secret key: not held back. Not in a question.
  Result<void> print(const Secret& secret);
  Result<void> flush();
  // Says before the first print() that -o FILE is to be readable by its owner alone: secret keys.
  void private_output();
  // The result of a filter, all of it, only when everything else has succeeded: stdout, -o FILE (atomic), or the stdin
  // of CMD behind "--", whose status is then the program's. `content` says whether what is large may wait for CMD on
  // the disk. --timeout ends here.
  Result<int> release(Source& result, Spool::Content content = Spool::Content::secret);

  // ---- secrets
  // The sources of the contract in their order, for key.passphrase. A descriptor or file is read once and serves every
  // key. Needs Command::secrets.
  PassphraseSource passphrases();
  // A new passphrase, never empty: from the descriptor or file that is given, else asked twice of a person. With
  // --batch and neither: usage.
  Result<Secret> new_passphrase(std::string_view purpose, NewPassphrase which);

  // Asks a person yes or no about what can't be undone; --yes answers yes; with --batch and no --yes, or nobody to ask:
  // usage.
  Result<bool> confirm(std::string_view question);

  struct State;
  explicit Context(State& state) : state_(state) {}

 private:
  State& state_;
};

}  // namespace sm::cli
