#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "maildir/maildir.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sm;
using maildir::Maildir;
using maildir::Replacement;

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A Maildir with one message, "cur/1.host,S=3,W=4:2,S" of "old".
struct Fixture {
  fs::path root;
  const std::string name = "1.host,S=4,W=5:2,S";

  Fixture() {
    std::string pattern = (fs::temp_directory_path() / "maildir.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()));
    root = pattern;
    for (const char* folder : {"new", "cur", "tmp"}) fs::create_directory(root / folder);
    put("cur/" + name, "old\n");
  }
  ~Fixture() { fs::remove_all(root); }

  void put(const std::string& path, const std::string& bytes) const {
    std::ofstream(root / path, std::ios::binary) << bytes;
  }
  void move(const std::string& from, const std::string& to) const { fs::rename(root / from, root / to); }
  // "cur/NAME: CONTENT" of all files.
  std::set<std::string> all() const {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
      if (entry.is_regular_file())
        found.insert(fs::relative(entry.path(), root).string() + ": " + content(entry.path()));
    return found;
  }
  Maildir open() const {
    auto result = Maildir::open(root.string());
    REQUIRE(result);
    return *std::move(result);
  }
};

maildir::Message open_first(Maildir& folder) {
  const auto entries = folder.list();
  REQUIRE(entries);
  REQUIRE(!entries->empty());
  auto message = folder.open_message(entries->front());
  REQUIRE(message);
  REQUIRE(*message);
  return std::move(**message);
}

Replacement written(Maildir& folder, maildir::Message& message, std::string_view bytes = "new form\n") {
  auto replacement = Replacement::begin(folder, message);
  REQUIRE(replacement);
  REQUIRE(replacement->write(bytes));
  REQUIRE(replacement->finish());
  return *std::move(replacement);
}

using Files = std::set<std::string>;

}  // namespace

TEST_CASE("maildir: a message is replaced, with its times and mode, and its name tells the new sizes") {
  const Fixture fixture;
  const fs::path path = fixture.root / "cur" / fixture.name;
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  const timespec times[2] = {{1'000'000'000, 5}, {900'000'000, 7}};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  Replacement replacement = written(folder, message);
  const auto done = replacement.commit(false);
  REQUIRE(done);
  CHECK(*done);
  CHECK(folder.sync());
  struct stat status {};
  REQUIRE(stat((fixture.root / "cur/1.host,S=9,W=10:2,S").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  CHECK(status.st_mtim.tv_sec == 900'000'000);
  CHECK(status.st_mtim.tv_nsec == 7);
  CHECK(status.st_atim.tv_sec == 1'000'000'000);
  CHECK(fixture.all() == Files{"cur/1.host,S=9,W=10:2,S: new form\n"});
}

TEST_CASE("maildir: with the name kept") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  CHECK(*written(folder, message).commit(true));
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": new form\n"});
}

TEST_CASE("maildir: one that is not committed leaves nothing behind") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  { const Replacement replacement = written(folder, message); }
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": old\n"});
}

TEST_CASE("maildir: a message that is renamed or moved meanwhile is found") {
  const Fixture fixture;
  for (const std::string to : {"cur/1.host,S=4,W=5:2,RS", "new/1.host,S=4,W=5"}) {
    CAPTURE(to);
    Maildir folder = fixture.open();
    const auto entries = folder.list();
    REQUIRE(entries);
    fixture.move(entries->front().path(), to);  // before it is opened
    auto message = folder.open_message(entries->front());
    REQUIRE(message);
    REQUIRE(*message);
    Replacement replacement = written(folder, **message, "old\n");
    fixture.move(to, "cur/1.host,S=4,W=5:2,F");  // and before it is replaced
    CHECK(*replacement.commit(false));
    CHECK(fixture.all() == Files{"cur/1.host,S=4,W=5:2,F: old\n"});
  }
}

TEST_CASE("maildir: one that is expunged or in another folder stays so") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  const auto entries = folder.list();
  REQUIRE(entries);
  maildir::Message message = open_first(folder);
  Replacement replacement = written(folder, message);
  fixture.move("cur/" + fixture.name, fixture.name);
  const auto done = replacement.commit(false);
  REQUIRE(done);
  CHECK_FALSE(*done);
  { const Replacement gone = std::move(replacement); }
  CHECK(fixture.all() == Files{fixture.name + ": old\n"});
  CHECK_FALSE(*folder.open_message(entries->front()));
}

TEST_CASE("maildir: what somebody put under the same name goes back there") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  {
    Replacement replacement = written(folder, message);
    fixture.put("tmp/other", "another message\n");
    fixture.move("tmp/other", "cur/" + fixture.name);
    const auto done = replacement.commit(true);
    REQUIRE(done);
    CHECK_FALSE(*done);
  }
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": another message\n"});
}

TEST_CASE("maildir: a message that was changed while it was read is left") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  {
    Replacement replacement = written(folder, message);
    std::ofstream(fixture.root / "cur" / fixture.name, std::ios::app) << "more\n";
    CHECK(replacement.commit(false).error().code == "maildir.changed");
  }
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": old\nmore\n"});
}

TEST_CASE("maildir: a name that is taken is not taken again") {
  const Fixture fixture;
  Maildir folder = fixture.open();
  maildir::Message message = open_first(folder);
  Replacement replacement = written(folder, message);
  fixture.put("cur/1.host,S=9,W=10:2,S", "other\n");
  CHECK(*replacement.commit(false));
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": new form\n", "cur/1.host,S=9,W=10:2,S: other\n"});
}

TEST_CASE("maildir: one run at a time") {
  const Fixture fixture;
  {
    const Maildir folder = fixture.open();
    CHECK(Maildir::open(fixture.root.string()).error().code == "maildir.locked");
  }
  CHECK(Maildir::open(fixture.root.string()));
}

TEST_CASE("maildir: what a killed run left is cleared up") {
  const Fixture fixture;
  const auto inode = [&](const std::string& path) {
    struct stat status {};
    REQUIRE(lstat((fixture.root / path).c_str(), &status) == 0);
    return std::to_string(status.st_ino);
  };
  fixture.put("tmp/smcrypt.w.0011", "half a mess");
  fixture.put("tmp/before", "ours, before the exchange\n");
  fixture.move("tmp/before", "tmp/smcrypt.x." + inode("tmp/before") + ".1.0022");
  fixture.put("tmp/after", "the old form, after the exchange\n");
  fixture.move("tmp/after", "tmp/smcrypt.x.1." + inode("tmp/after") + ".0033");
  fixture.put("tmp/1700000000.delivery", "somebody else's delivery\n");
  // Killed right after an exchange that hit another message: that one is in tmp/ and ours under its name.
  fixture.put("cur/2.host:2,S", "ours\n");
  fixture.put("tmp/other", "another message\n");
  fixture.move("tmp/other", "tmp/smcrypt.x." + inode("cur/2.host:2,S") + ".1.0044");
  fixture.open();
  CHECK(fixture.all() == Files{"cur/" + fixture.name + ": old\n", "cur/2.host:2,S: another message\n",
                               "tmp/1700000000.delivery: somebody else's delivery\n"});
  // Killed between renaming a message and the exchange: the name tells the sizes of the form that it did not get.
  fixture.put("cur/3.host,S=12,W=77:2,S", "old\nform\n");
  fixture.put("tmp/ours", "not yet new\n");
  fixture.move("tmp/ours", "tmp/smcrypt.x." + inode("tmp/ours") + "." + inode("cur/3.host,S=12,W=77:2,S") + ".0066");
  fixture.open();
  REQUIRE(fs::remove(fixture.root / "cur/3.host,S=9,W=11:2,S"));
  // Names that tell something else are not ours to correct.
  fixture.put("cur/3.host,S=13:2,S", "old\nform\n");
  fixture.put("tmp/ours", "not yet new\n");
  fixture.move("tmp/ours", "tmp/smcrypt.x." + inode("tmp/ours") + "." + inode("cur/3.host,S=13:2,S") + ".0077");
  fixture.open();
  REQUIRE(fs::remove(fixture.root / "cur/3.host,S=13:2,S"));
  // The same as above, but ours is gone meanwhile: the other message must not go with it.
  fixture.put("tmp/smcrypt.x.1.2.0055", "a third message\n");
  fixture.open();
  const Files after = fixture.all();
  CHECK(after.size() == 4);
  CHECK(std::ranges::count_if(after, [](const std::string& file) {
          return file.starts_with("cur/") && file.ends_with(".smcrypt: a third message\n");
        }) == 1);
}

TEST_CASE("maildir: what is none") {
  const Fixture fixture;
  CHECK(Maildir::open((fixture.root / "absent").string()).error().kind == ErrorKind::no_input);
  fs::remove(fixture.root / "tmp");
  CHECK(Maildir::open(fixture.root.string()).error().kind == ErrorKind::no_input);
  fs::create_directory_symlink("/tmp", fixture.root / "tmp");
  CHECK(Maildir::open(fixture.root.string()).error().kind == ErrorKind::no_input);
}

TEST_CASE("maildir: links, directories and hidden files are no messages") {
  const Fixture fixture;
  fs::create_symlink(fixture.root / "cur" / fixture.name, fixture.root / "new/link");
  fs::create_directory(fixture.root / "new/folder");
  fixture.put("new/.hidden", "x");
  Maildir folder = fixture.open();
  const auto entries = folder.list();
  REQUIRE(entries);
  CHECK(entries->size() == 3);
  int messages = 0;
  for (const auto& entry : *entries) {
    const auto message = folder.open_message(entry);
    REQUIRE(message);
    REQUIRE(*message);
    if ((**message).file) ++messages;
  }
  CHECK(messages == 1);
}
