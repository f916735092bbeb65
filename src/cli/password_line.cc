/// Reading passwords.
// SPDX-License-Identifier: Apache-2.0
#include "cli/password_line.h"

#include <cstdio>
#include <iostream>
#include <termios.h>
#include <unistd.h>

#include "cli/report.h"
#include "system/password.h"

namespace posse {
namespace {

/// While it lives, a terminal shows nothing of what is typed.
class Unseen {
 public:
  explicit Unseen(const char* prompt)
      : is_terminal_(::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    (void)std::fputs(prompt, stderr);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    if (!is_terminal_) return;
    (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    (void)std::fputs("\n", stderr);
  }

 private:
  termios before_{};
  bool is_terminal_;
};

/// One line, or its first `bytes_max` bytes.
std::string read_line(const char* prompt, std::size_t bytes_max) {
  const Unseen unseen(prompt);
  std::string line;
  for (char one = 0; line.size() < bytes_max && std::cin.get(one) && one != '\n';) line += one;
  return line;
}

}  // namespace

std::optional<std::string> read_password(const char* prompt) {
  std::string password = read_line(prompt, password_bytes_max + 1);
  if (password.size() >= password_bytes_min && password.size() <= password_bytes_max)
    return password;
  usage_error("the password must be " + std::to_string(password_bytes_min) + " to " +
              std::to_string(password_bytes_max) + " bytes, on one line of standard input");
  return {};
}

}  // namespace posse
