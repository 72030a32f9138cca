#include "net/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "io/descriptor.hpp"

namespace sm::net {

Result<std::optional<Credentials>> read_credentials(const std::string& path, const Url& url, bool may_be_absent) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) {
    if (may_be_absent && (errno == ENOENT || errno == ENOTDIR)) return std::optional<Credentials>();
    Unexpected failure = fail_errno("net.credentials", "can't open " + path, errno);
    failure.error.kind = ErrorKind::no_input;
    return failure;
  }
  Secret text(netrc_limit + 1);
  DescriptorSource source(file.get());
  text.shrink(SM_TRY(read_full(source, {text.data(), text.size()})));
  if (text.size() > netrc_limit)
    return fail(ErrorKind::config, "net.netrc", path + " is longer than " + std::to_string(netrc_limit) + " bytes");
  auto found = find_credentials(text.view(), url.host, url.user);
  if (!found) {
    found.error().message.insert(0, path + ": ");
    return found;
  }
  if (!*found) return found;
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno("net.credentials", "can't read " + path, errno);
  if (status.st_uid != geteuid() && status.st_uid != 0)
    return fail(ErrorKind::config, "net.credentials", path + " belongs to another user");
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorKind::config, "net.credentials", path + " holds a password and is open to group or others",
                "chmod 600 " + path);
  }
  return found;
}

}  // namespace sm::net
