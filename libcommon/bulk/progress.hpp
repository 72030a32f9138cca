// How far a long run is: on stderr, if that is a terminal and the answer goes elsewhere.
#pragma once

#include <chrono>
#include <cstddef>

namespace sm::bulk {

class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, std::size_t open);
  // In how many milliseconds there is something new to show; -1: nothing.
  int wait() const;
  void erase();

 private:
  bool wanted_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace sm::bulk
