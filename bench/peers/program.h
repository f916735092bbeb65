/// How a program of the bench reads its command line, and ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/exit.h"

namespace posse::bench {

/// What main() returns: `run`'s answer, once `app` has understood the words. A failure that is
/// thrown ends the program.
int run_program(CLI::App& app, int count, char** words, const std::function<Exit()>& run);

}  // namespace posse::bench
