// What a monitoring system is told of all subjects together.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm::bulk {

using Ending = std::optional<std::chrono::sys_seconds>;

struct Report {
  std::string summary;       // one line for a person; untrusted text in it
  bool ends_soon = false;    // the worst to be said, if the status is 0
  std::vector<Ending> ends;  // of each measure
};

class Monitor {
 public:
  explicit Monitor(std::vector<std::string> measures) : measures_(std::move(measures)), first_(measures_.size()) {}

  // `status` is the contract's.
  void add(const Report& report, int status);
  // A line that names no subject.
  void add_unknown(const std::string& text);

  // Of the plugin, 0 to 3.
  int status() const { return status_; }
  std::string line(std::string_view name, std::chrono::sys_seconds now, std::chrono::days ahead) const;

 private:
  std::vector<std::string> measures_;
  std::vector<Ending> first_;
  std::size_t count_ = 0;
  int status_ = 0;
  std::string text_;
};

}  // namespace sm::bulk
