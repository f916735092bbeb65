/// Reading the programs' arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace posse::sim {

/// What a program ends with when its arguments are wrong.
inline constexpr int exit_wrong_arguments = 2;

/// As it was called, without its folder.
inline std::string program_name(char** argv) {
  return std::filesystem::path(*argv).filename().string();
}

/// Reads the arguments; what to end with at once, if there is nothing to run.
inline std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_wrong_arguments;
  }
  return {};
}

}  // namespace posse::sim
