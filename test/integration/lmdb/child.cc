/// Starting, hearing and ending another process.
// SPDX-License-Identifier: Apache-2.0
#include "integration/lmdb/child.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace posse::testing {

Child::Child(const std::vector<std::string>& command) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int code = ::posix_spawn(&id_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  output_ = output[0];
  if (code != 0) throw std::runtime_error("cannot start " + command.front());
}

Child::~Child() {
  kill();
  ::close(output_);
}

std::optional<std::string> Child::read_line() {
  for (;;) {
    const auto end = buffered_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(output_, bytes.data(), bytes.size());
    if (count <= 0) return std::nullopt;
    buffered_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::vector<std::string> Child::read_rest() {
  std::vector<std::string> lines;
  while (auto line = read_line()) lines.push_back(*std::move(line));
  return lines;
}

void Child::signal(int number) const {
  if (id_ > 0) ::kill(id_, number);
}

int Child::finish() {
  ::close(std::exchange(input_, -1));
  return wait();
}

void Child::kill() {
  signal(SIGKILL);
  wait();
  if (input_ >= 0) ::close(std::exchange(input_, -1));
}

int Child::wait() {
  if (id_ <= 0) return -1;
  int status = 0;
  ::waitpid(std::exchange(id_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace posse::testing
