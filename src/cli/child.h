/// A child process that runs this program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace posse {

/// Starts this very program with other arguments. Destroying it kills the process and waits for
/// it: nothing outlives its parent by accident.
class Child {
 public:
  /// What it prints goes into the file `output`, behind what is there.
  /// Throws std::system_error if the machine starts no process.
  Child(std::vector<std::string> arguments, const std::filesystem::path& output);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Sends a signal; nothing if the process has ended.
  void send(int signal) const;

  /// Whether the process has ended; does not wait.
  bool ended();

  pid_t id() const { return id_; }

 private:
  void kill_and_wait();

  pid_t id_ = -1;
};

}  // namespace posse
