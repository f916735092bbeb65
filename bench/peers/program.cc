/// Parsing, running, ending.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/program.h"

#include <csignal>
#include <exception>

#include "bench/peers/peers.h"

namespace posse::bench {

int run_program(CLI::App& app, int count, char** words, const std::function<Exit()>& run) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    app.parse(count, words);
    return static_cast<int>(run());
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}

}  // namespace posse::bench
