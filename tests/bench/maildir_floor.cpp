// What any program must do that replaces the files of a Maildir in place: write each to tmp, sync it, exchange the
// names, remove the old one, and sync the directories at the end. maildir-floor JOBS FORMS DIR: DIR/cur/NAME gets the
// content of FORMS/NAME, up to the first comma or colon of either. Prints nothing.
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

void must(bool holds, const char* what) {
  if (holds) return;
  perror(what);
  _exit(1);
}

std::map<std::string, std::string> names_in(const std::string& path) {
  std::map<std::string, std::string> names;
  DIR* const directory = opendir(path.c_str());
  must(directory != nullptr, path.c_str());
  while (const dirent* const entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name[0] != '.') names.emplace(name.substr(0, name.find_first_of(",:")), name);
  }
  closedir(directory);
  return names;
}

std::string content(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  must(file >= 0, path.c_str());
  std::string bytes(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  must(pread(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "read");
  close(file);
  return bytes;
}

struct Job {
  std::string name;
  std::string bytes;
};

}  // namespace

int main(int argc, char** argv) {
  must(argc == 4, "usage: maildir-floor JOBS FORMS DIR");
  const std::string forms = argv[2];
  const std::string root = argv[3];
  const auto sources = names_in(forms);
  std::vector<Job> jobs;
  for (const auto& [unique, name] : names_in(root + "/cur")) {
    const auto source = sources.find(unique);
    must(source != sources.end(), name.c_str());
    jobs.push_back({name, content(forms + "/" + source->second)});
  }
  const int current = open((root + "/cur").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int temporary = open((root + "/tmp").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(current >= 0 && temporary >= 0, "open");

  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < std::max(1, atoi(argv[1])); ++i) {
    threads.emplace_back([&, i] {
      const std::string name = "floor." + std::to_string(i);
      for (std::size_t at = 0; (at = next++) < jobs.size();) {
        const Job& job = jobs[at];
        const int file = openat(temporary, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        must(file >= 0, "create");
        must(write(file, job.bytes.data(), job.bytes.size()) == static_cast<ssize_t>(job.bytes.size()), "write");
        must(fsync(file) == 0, "sync");
        must(renameat2(temporary, name.c_str(), current, job.name.c_str(), RENAME_EXCHANGE) == 0, "exchange");
        must(unlinkat(temporary, name.c_str(), 0) == 0, "remove");
        close(file);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  must(fsync(current) == 0 && fsync(temporary) == 0, "sync");
  return 0;
}
