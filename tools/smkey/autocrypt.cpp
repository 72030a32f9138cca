#include "autocrypt/header.hpp"
#include "autocrypt/setup_message.hpp"
#include "backend/rnp/rnp.hpp"
#include "commands.hpp"
#include "importer.hpp"
#include "io/document.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "mime/outline.hpp"
#include "openpgp/session.hpp"

namespace sm::smkey {

namespace {

constexpr std::string_view schema = "smkey.autocrypt-import/1";

std::string preference(bool mutual) {
  return mutual ? "mutual" : "nopreference";
}

// A Setup Message is opened by its code alone.
struct NoKeys final : KeySource {
  Result<std::vector<std::string>> certificates(std::string_view) override { return std::vector<std::string>(); }
  Result<std::vector<Secret>> secret_keys(std::string_view) override { return std::vector<Secret>(); }
  Result<std::vector<Fingerprint>> secret_fingerprints() override { return std::vector<Fingerprint>(); }
};

Result<int> import_setup(Session& session, Document& document, const mime::Outline& outline) {
  const autocrypt::SetupMessage message = SM_TRY(autocrypt::read_setup_message(document, outline));
  NoKeys keys;
  const auto code = [&](const Key& key, std::string_view) -> Result<Secret> {
    const std::string which = message.begin.empty() ? "" : ", which begins with " + message.begin;
    Secret typed = SM_TRY(session.context.passphrases()(key, "its Setup Code" + which));
    return message.numeric ? autocrypt::setup_code(typed.view()) : std::move(typed);
  };
  rnp::Engine engine(keys, code, session.context.clock());
  autocrypt::SetupKey setup = SM_TRY(autocrypt::open_setup_message(message, engine, *session.reader));
  Importer importer(session);
  SM_TRY(importer.take_key(setup.key));
  SM_TRY(importer.bind());
  return importer.report(schema, {{"prefer_encrypt", preference(setup.mutual)}});
}

// The one certificate in a sender's field. It is not read like a file of keys: a secret key from a mail is nothing that
// anybody asked for.
Result<ImportedKey> certificate_of(Session& session, const autocrypt::Attributes& attributes) {
  KeyInput input = SM_TRY(session.reader->read(attributes.keydata));
  if (!input.skipped.empty()) return fail(ErrorKind::data, input.skipped.front().code, "its certificate can't be used");
  if (input.keys.size() != 1 || !input.revocations.empty() || !input.keys.front().secret.empty())
    return fail(ErrorKind::data, "autocrypt.keydata", "its keydata is not one certificate");
  return std::move(input.keys.front());
}

Result<int> import_sender(Session& session, const mime::Header& header) {
  Importer importer(session);
  auto attributes = autocrypt::sender_attributes(header);
  if (!attributes) {
    session.context.note(attributes.error().message);
    importer.skip("message", attributes.error().code);
    return importer.report(schema);
  }
  auto key = certificate_of(session, *attributes);
  if (!key) {
    if (key.error().kind != ErrorKind::data) return Unexpected{std::move(key).error()};
    session.context.note(key.error().message);
    importer.skip(attributes->address, key.error().code);
  } else {
    SM_TRY(importer.take_key(*key));
  }
  return importer.report(schema,
                         {{"address", attributes->address}, {"prefer_encrypt", preference(attributes->mutual)}});
}

}  // namespace

Result<int> autocrypt_header(cli::Context& context) {
  const std::string& given = context.arguments().front();
  const auto address = mime::parse_address(given);
  if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + given);
  const auto session = SM_TRY(Session::open(context));
  const Fingerprint fingerprint = SM_TRY(resolve(session->store, *address));
  const auto certificate = SM_TRY(session->store.certificate(fingerprint));
  if (!certificate) return fail(ErrorKind::key, "id.certificate-missing", "no certificate " + fingerprint);
  const std::string minimal =
      SM_TRY(autocrypt::minimal_certificate(*session->reader, *certificate, *address, context.clock().now()));
  const std::string field = SM_TRY(autocrypt::format_field(*address, minimal, "\n"));
  SM_TRY(context.print(field));
  return 0;
}

Result<int> autocrypt_import(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  const mime::Header header = outline.top();
  return autocrypt::is_setup_message(header) ? import_setup(*session, message, outline)
                                             : import_sender(*session, header);
}

}  // namespace sm::smkey
