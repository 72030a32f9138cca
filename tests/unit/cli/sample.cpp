// The program that these tests run: each command does one thing that commands do.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "cli/context.hpp"
#include "cli/harness.hpp"
#include "io/memory.hpp"

namespace sm::test {

bool no_memory = false;

namespace {

using cli::Context;
using cli::ValueKind;

Result<int> copy_message(Context& context) {
  DescriptorSource source(context.input());
  const std::string message = SM_TRY(read_all(source, std::size_t{64} << 20));
  if (message.empty()) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  SM_TRY(context.status("VERDICT", {{"verdict", "good"}, {"from", "a b"}}));
  StringSource result(message);
  return context.release(result);
}

// Unlike copy, it sends on what it has before it knows the end.
Result<int> stream(Context& context) {
  DescriptorSource source(context.input());
  return context.release(source);
}

Result<int> list(Context& context) {
  for (const std::string& argument : context.arguments()) SM_TRY(context.print(argument + '\n'));
  for (const std::string& tag : context.values("tag")) SM_TRY(context.print("tag " + tag + '\n'));
  context.note("a note");
  return static_cast<int>(context.number("answer").value_or(0));
}

Result<int> list_secret(Context& context) {
  for (const std::string& argument : context.arguments()) {
    SM_TRY(context.print("held "));
    SM_TRY(context.print(Secret(argument + '\n')));
  }
  return 0;
}

Result<int> many(Context& context) {
  const std::string line(1023, 'x');
  for (int i = 0; i < 4096; ++i) SM_TRY(context.print(line + '\n'));
  return 0;
}

Result<int> fail_as(Context& context) {
  const std::string& kind = context.arguments()[0];
  SM_TRY(context.print("before\n"));
  if (kind == "memory") throw std::bad_alloc();
  if (kind == "no-memory") {
    no_memory = true;
    return static_cast<int>(std::string(1000, 'x').size());
  }
  if (kind == "exception") throw std::runtime_error("what it says");
  if (kind == "other") throw 5;
  const auto known = {std::pair{"usage", ErrorKind::usage},
                      {"data", ErrorKind::data},
                      {"no-input", ErrorKind::no_input},
                      {"unavailable", ErrorKind::unavailable},
                      {"bug", ErrorKind::bug},
                      {"temporary", ErrorKind::temporary},
                      {"key", ErrorKind::key},
                      {"config", ErrorKind::config}};
  for (const auto& [name, value] : known) {
    if (kind == name) return fail(value, "sample." + kind, "it is \x1b[31m" + kind, "do this");
  }
  return context.flag("no such option") ? 1 : 0;
}

Result<int> wait_for_input(Context& context) {
  context.on_timeout("error\n");
  DescriptorSource source(context.input());
  SM_TRY(read_all(source, 1000));
  return 0;
}

Result<int> show_settings(Context& context) {
  SM_TRY(context.print("store " + context.value("store").value_or("-") + '\n'));
  SM_TRY(context.print("default-key " + context.setting("default-key").value_or("-") + '\n'));
  for (const std::string& id : context.values("encrypt-to")) SM_TRY(context.print("encrypt-to " + id + '\n'));
  if (context.flag("sign")) SM_TRY(context.print("sign\n"));
  if (context.json()) SM_TRY(context.print("json\n"));
  if (context.color()) SM_TRY(context.print("color\n"));
  if (context.quiet()) SM_TRY(context.print("quiet\n"));
  if (const auto expires = context.value("expires")) SM_TRY(context.print("expires " + *expires + '\n'));
  return 0;
}

Result<int> unlock(Context& context) {
  Key key;
  key.fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
  const PassphraseSource source = context.passphrases();
  for (int i = 0; i < (context.flag("twice") ? 2 : 1); ++i) {
    const Secret secret = SM_TRY(source(key, "to sign"));
    SM_TRY(context.print('<' + std::string(secret.view()) + ">\n"));
  }
  return 0;
}

Result<int> new_passphrase(Context& context) {
  const Secret secret = SM_TRY(context.new_passphrase("for alice", sm::cli::NewPassphrase::first));
  SM_TRY(context.print('<' + std::string(secret.view()) + ">\n"));
  return 0;
}

Result<int> destroy(Context& context) {
  const bool sure = SM_TRY(context.confirm("delete the key of alice?"));
  SM_TRY(context.print(sure ? "yes\n" : "no\n"));
  return 0;
}

Result<int> fetch(Context& context) {
  for (const bool network : {false, true}) {
    std::string line;
    for (const std::string& word : context.passed_on(network)) line += word + ' ';
    SM_TRY(context.print(line + '\n'));
  }
  return 0;
}

constexpr cli::Option copy_options[] = {
    {"to", 0, ValueKind::address, "ADDR", "encrypt to ADDR", true},
    {"max-message", 0, ValueKind::size, "SIZE", "refuse more than this"},
    {"missing-key", 0, ValueKind::choice, "fail|defer|pass", "what to do without a key"},
};
constexpr cli::Option verify_options[] = {{"annotate", 0, ValueKind::none, "", "write the message with a field"}};
constexpr cli::Option list_options[] = {
    {"answer", 'n', ValueKind::number, "N", "the status"},
    {"tag", 't', ValueKind::text, "TEXT", "a tag", true},
    {"secret", 0, ValueKind::none, "", "list secret keys"},
    {"for", 0, ValueKind::duration, "TIME", "how long"},
    {"4", 0, ValueKind::none, "", "IPv4 alone"},
};
constexpr cli::Option settings_options[] = {
    {"encrypt-to", 0, ValueKind::key_id, "ID", "one more recipient", true},
    {"sign", 0, ValueKind::none, "", "sign too"},
    {"expires", 0, ValueKind::lifetime, "WHEN", "when it ends"},
};
constexpr cli::Option unlock_options[] = {{"twice", 0, ValueKind::none, "", "ask twice"}};

constexpr cli::Command commands[] = {
    {.name = "copy",
     .help = "copies the message",
     .filter = true,
     .max_arguments = 0,
     .options = copy_options,
     .run = copy_message},
    {.name = "stream", .help = "copies it at once", .filter = true, .secrets = true, .max_arguments = 0, .run = stream},
    {.name = "verify",
     .help = "says yes",
     .max_arguments = 0,
     .options = verify_options,
     .run = copy_message,
     .filter_flag = "annotate"},
    {.name = "list",
     .arguments = "[WORD…]",
     .help = "lists words",
     .options = list_options,
     .run = list,
     .argument_kind = ValueKind::file},
    {.name = "ask",
     .arguments = "WORD",
     .help = "answers a question",
     .min_arguments = 1,
     .max_arguments = 1,
     .options = list_options,
     .run = list,
     .question = true},
    {.name = "reveal", .arguments = "[WORD…]", .help = "lists secrets", .run = list_secret},
    {.name = "many", .help = "prints 4 MiB", .max_arguments = 0, .run = many},
    {.name = "fail", .arguments = "KIND", .help = "fails", .min_arguments = 1, .max_arguments = 1, .run = fail_as},
    {.name = "wait", .help = "waits for the end of its input", .max_arguments = 0, .run = wait_for_input},
    {.name = "settings",
     .help = "shows settings",
     .max_arguments = 0,
     .options = settings_options,
     .run = show_settings},
    {.name = "unlock",
     .help = "shows a passphrase",
     .secrets = true,
     .max_arguments = 0,
     .options = unlock_options,
     .run = unlock},
    {.name = "new", .help = "shows a new passphrase", .secrets = true, .max_arguments = 0, .run = new_passphrase},
    {.name = "fetch", .help = "asks the network", .max_arguments = 0, .run = fetch, .network = true, .many = true},
    {.name = "destroy", .help = "asks", .max_arguments = 0, .run = destroy},
    {.name = "uid add",
     .arguments = "ID UID",
     .help = "adds a user ID",
     .min_arguments = 2,
     .max_arguments = 2,
     .options = list_options,
     .run = list},
    {.name = "uid revoke",
     .arguments = "ID UID",
     .help = "revokes a user ID",
     .min_arguments = 2,
     .max_arguments = 2,
     .options = list_options,
     .run = list},
};

}  // namespace

const cli::Program sample{.name = "smsign", .help = "tries what programs do", .commands = commands};

}  // namespace sm::test

// Fails like a machine without memory once a command says so.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = sm::test::no_memory ? nullptr : malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return sm::test::no_memory ? nullptr : malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  free(memory);
}
