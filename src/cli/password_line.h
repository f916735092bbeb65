/// A password from standard input.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace posse {

/// One line of standard input; a terminal is asked for it, by `prompt`, and does not show it. Empty
/// after a usage error: it has too few or too many bytes.
std::optional<std::string> read_password(const char* prompt = "password: ");

}  // namespace posse
