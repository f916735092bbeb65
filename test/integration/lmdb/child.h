/// Another process, to be talked to by lines and to be killed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace posse::testing {

/// A program started by posix_spawn, killed and awaited at the latest by destruction.
class Child {
 public:
  /// Starts `command[0]` with the rest as arguments.
  explicit Child(const std::vector<std::string>& command);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t id() const { return id_; }

  /// The next line of its output; empty at its end.
  std::optional<std::string> read_line();

  /// All lines until its end.
  std::vector<std::string> read_rest();

  void signal(int number) const;

  /// Ends its input, which the actor takes as leave to go, and waits for it. Its exit code.
  int finish();

  /// SIGKILL, and waits for it.
  void kill();

 private:
  int wait();

  pid_t id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string buffered_;
};

}  // namespace posse::testing
