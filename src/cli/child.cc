/// Starting and ending child processes.
// SPDX-License-Identifier: Apache-2.0
#include "cli/child.h"

#include <csignal>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace posse {

Child::Child(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "posse");
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int status =
      posix_spawn(&id_, "/proc/self/exe", nullptr, nullptr, pointers.data(), environ);
  if (status != 0)
    throw std::system_error(status, std::generic_category(), "cannot start a process");
}

Child::Child(Child&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  kill_and_wait();
  id_ = std::exchange(other.id_, -1);
  return *this;
}

Child::~Child() {
  kill_and_wait();
}

void Child::send(int signal) const {
  if (id_ > 0) (void)kill(id_, signal);
}

bool Child::ended() {
  if (id_ <= 0) return true;
  if (waitpid(id_, nullptr, WNOHANG) == 0) return false;
  id_ = -1;
  return true;
}

void Child::kill_and_wait() {
  if (id_ <= 0) return;
  (void)kill(id_, SIGKILL);
  (void)waitpid(id_, nullptr, 0);
  id_ = -1;
}

}  // namespace posse
