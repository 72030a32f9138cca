// The folder of a directory on the disk, as a web server serves it.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/result.hpp"

namespace sm::smwkd {

struct Changes {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;

  bool any() const { return added + changed + removed > 0; }
};

// Makes `path`/hu hold `files` (name → bytes; names are wkd::is_hash()), and an empty `path`/policy if there is none.
// Of what is there only files with such names go; anything else stays. Files are 0644 and folders that are made 0755,
// whatever the umask. All at once: readers see the old state or the new one, after a crash too. Where nothing would
// change nothing is written. Errors: publish.write, publish.busy (temporary); publish.folder (usage): `path`/hu is
// something else than a folder, or its filesystem can't exchange two.
Result<Changes> publish_folder(const std::string& path, const std::map<std::string, std::string>& files);

}  // namespace sm::smwkd
