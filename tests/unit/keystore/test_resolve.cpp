#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

TEST_CASE("keystore/resolve: what an ID can be") {
  const std::string fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
  for (const char* text :
       {"0123456789ABCDEF0123456789ABCDEF01234567", "0123456789abcdef0123456789abcdef01234567",
        "0x0123456789ABCDEF0123456789ABCDEF01234567", "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567",
        " 0X0123456789abcdef0123456789abcdef01234567\n"}) {
    CAPTURE(text);
    const auto id = parse_id(text);
    REQUIRE(id);
    CHECK(id->kind == IdKind::fingerprint);
    CHECK(id->text == fingerprint);
  }
  for (const char* text : {"0123456789ABCDEF", "0x0123456789abcdef", "0123 4567 89AB CDEF"}) {
    const auto id = parse_id(text);
    REQUIRE(id);
    CHECK(id->kind == IdKind::key_id);
    CHECK(id->text == "0123456789ABCDEF");
  }
  for (const auto& [text, normal] :
       std::vector<std::pair<std::string, std::string>>{{"Alice@Example.ORG", "alice@example.org"},
                                                        {" a@b ", "a@b"},
                                                        {"a.b+c@d-e.example", "a.b+c@d-e.example"},
                                                        {"DEADBEEF@x", "deadbeef@x"},
                                                        {"J\xC3\x96RG@x.example", "j\xC3\x96rg@x.example"},
                                                        {"\"a,b\"@x", "\"a,b\"@x"},
                                                        {"a@[192.0.2.1]", "a@[192.0.2.1]"}}) {
    const std::string& address = text;
    CAPTURE(address);
    const auto id = parse_id(text);
    REQUIRE(id);
    CHECK(id->kind == IdKind::address);
    CHECK(id->text == normal);
  }
}

TEST_CASE("keystore/resolve: what an ID can't be") {
  for (const std::string text : {"01234567", "0xDEADBEEF", "dead beef"}) {
    CAPTURE(text);
    CHECK(code_of(parse_id(text)) == "id.short");
    CHECK(parse_id(text).error().kind == ErrorKind::usage);
  }
  for (const std::string text :
       {"", "  ", "alice", "@x", "a@", "a b@x", "Alice <a@x>", "<a@x>", "a@x, b@x", "a@x\nb", "a@x\x01y", "a@b@c",
        "a@x\xFF", "012345678", "0123456789ABCDEF0", "0x", "0123456789ABCDEF0123456789ABCDEG01234567",
        "0123456789ABCDEF0123456789ABCDEF", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"}) {
    CAPTURE(text);
    CHECK(code_of(parse_id(text)) == "id.malformed");
    CHECK(parse_id(text).error().kind == ErrorKind::usage);
  }
}

TEST_CASE("keystore/resolve: a fingerprint or key ID means the certificate that has it, subkeys too") {
  Fixture f;
  Keystore store = f.open();
  const std::string alice = toy("alice", {"a@x"}, {"sub"});
  const Fingerprint fingerprint = f.put(store, alice);
  for (const Fingerprint& key : store::key_fingerprints(alice)) {
    CHECK(*resolve(store, key) == fingerprint);
    CHECK(*resolve(store, lower(key)) == fingerprint);
    CHECK(*resolve(store, "0x" + key.substr(24)) == fingerprint);
    CHECK(*resolve_recipient(store, key) == fingerprint);
    CHECK(code_of(resolve_recipient(store, key.substr(24))) == "id.not-a-recipient");
  }
  const auto unknown = resolve(store, Fingerprint(40, '0'));
  CHECK(code_of(unknown) == "id.unknown");
  CHECK(unknown.error().kind == ErrorKind::key);
  CHECK(code_of(resolve(store, std::string(16, '0'))) == "id.unknown");
}

TEST_CASE("keystore/resolve: several certificates with a key of this ID are listed") {
  Fixture f;
  Keystore store = f.open();
  const std::string alice = toy("alice", {"a@x"}, {"shared"});
  const Fingerprint one = f.put(store, alice);
  const Fingerprint two = f.put(store, toy("bob", {"b@x"}, {"shared"}));
  const auto result = resolve(store, store::key_fingerprints(alice).at(1).substr(24));
  CHECK(code_of(result) == "id.ambiguous");
  CHECK(result.error().message.find(one) != std::string::npos);
  CHECK(result.error().message.find(two) != std::string::npos);
}

TEST_CASE("keystore/resolve: an address means the certificate bound to it, else the only one that claims it") {
  Fixture f;
  Keystore store = f.open();
  CHECK(code_of(resolve(store, "a@x")) == "id.unknown");
  CHECK(code_of(resolve_recipient(store, "a@x")) == "id.unknown");
  const Fingerprint one = f.put(store, toy("alice", {"a@x"}));
  CHECK(*resolve(store, "A@X") == one);
  const Fingerprint two = f.put(store, toy("alice again", {"a@x"}));
  for (const auto& result : {resolve(store, "a@x"), resolve_recipient(store, "a@x")}) {
    CHECK(code_of(result) == "id.ambiguous");
    CHECK(result.error().kind == ErrorKind::usage);
    CHECK(result.error().message.find(one) != std::string::npos);
    CHECK(result.error().message.find(two) != std::string::npos);
  }
  REQUIRE(store.bind("a@x", two, BindingSource::import));
  CHECK(*resolve(store, "a@x") == two);
  CHECK(*resolve_recipient(store, "a@x") == two);
  // To whatever it is bound, claimed or not.
  const Fingerprint three = f.put(store, toy("other", {"other@x"}));
  REQUIRE(store.accept("a@x", three));
  CHECK(*resolve(store, "a@x") == three);
}

TEST_CASE("keystore/resolve: a conflict stops a recipient and nobody else") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint one = f.put(store, toy("alice", {"a@x"}));
  const Fingerprint two = f.put(store, toy("mallory", {"a@x"}));
  REQUIRE(store.bind("a@x", one, BindingSource::import));
  // That another certificate claims it is no conflict.
  CHECK(*resolve_recipient(store, "a@x") == one);
  REQUIRE(store.record_conflict("a@x", two, BindingSource::wkd));
  CHECK(*resolve(store, "a@x") == one);
  const auto result = resolve_recipient(store, "a@x");
  CHECK(code_of(result) == "id.conflict");
  CHECK(result.error().kind == ErrorKind::key);
  CHECK(result.error().message.find(one) != std::string::npos);
  CHECK(result.error().message.find(two) != std::string::npos);
  CHECK(*resolve_recipient(store, one) == one);  // by its fingerprint it is the user's own choice
}

TEST_CASE("keystore/resolve: a conflict says which is the successor") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint one = f.put(store, toy("alice", {"<a@x>"}));
  const Fingerprint named = f.put(store, toy("next", {"<a@x>" + one}));
  const Fingerprint elsewhere = f.put(store, toy("other", {"<b@x>" + one}));
  const Fingerprint refused = f.put(store, toy("invalid", {"!<a@x>" + one}));
  CHECK(*store.is_successor("a@x", named, one));
  CHECK_FALSE(*store.is_successor("a@x", elsewhere, one));  // by a user ID of another address
  CHECK_FALSE(*store.is_successor("a@x", refused, one));    // by one that is not valid
  CHECK_FALSE(*store.is_successor("a@x", one, named));
  CHECK_FALSE(*store.is_successor("a@x", Fingerprint(40, 'A'), one));
  REQUIRE(store.bind("a@x", one, BindingSource::import));
  REQUIRE(store.record_conflict("a@x", elsewhere, BindingSource::wkd));
  CHECK(resolve_recipient(store, "a@x").error().message.find("successor") == std::string::npos);
  REQUIRE(store.record_conflict("a@x", named, BindingSource::vks));
  const auto result = resolve_recipient(store, "a@x");
  CHECK(code_of(result) == "id.conflict");
  CHECK(result.error().message.find(named + " (its successor: signed by the old key)") != std::string::npos);
  CHECK(result.error().hint.ends_with("smkey accept a@x " + named));
}

TEST_CASE("keystore/resolve: bound to a certificate that is gone, and to nothing else") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint one = f.put(store, toy("alice", {"a@x"}));
  f.put(store, toy("mallory", {"a@x"}));
  REQUIRE(store.bind("a@x", one, BindingSource::import));
  REQUIRE(store.delete_certificate(one));
  for (const auto& result : {resolve(store, "a@x"), resolve_recipient(store, "a@x")}) {
    CHECK(code_of(result) == "id.certificate-missing");
    CHECK(result.error().kind == ErrorKind::key);
  }
}
