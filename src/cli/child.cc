/// Starting and ending child processes.
// SPDX-License-Identifier: Apache-2.0
#include "cli/child.h"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace posse {

namespace {

/// What a new process finds in place of this one's files.
class FileActions {
 public:
  FileActions() { (void)posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { (void)posix_spawn_file_actions_destroy(&actions_); }

  void print_to(const std::filesystem::path& file) {
    (void)posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, file.c_str(),
                                           O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
  }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::filesystem::path& output) {
  FileActions actions;
  actions.print_to(output);
  arguments.insert(arguments.begin(), "posse");
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int status =
      posix_spawn(&id_, "/proc/self/exe", actions.get(), nullptr, pointers.data(), environ);
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
