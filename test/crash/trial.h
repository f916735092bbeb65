/// Judges all states of a run, in a process of its own, since a bad state can end it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "crash/recorded_run.h"

namespace posse::testing {

/// What came of it.
struct Verdict {
  std::uint64_t states = 0;
  std::uint64_t torn = 0;     ///< Of the states: those with a page that is partly there.
  std::uint64_t written = 0;  ///< Of the states: those that had to take another write.
  std::uint64_t lost = 0;     ///< Bad: an acknowledged write is missing, all else is sound.
  std::uint64_t damaged = 0;  ///< Bad in any other way.
  std::string worst;          ///< The first bad state, in words: a damaged one, if there is one.

  std::uint64_t bad() const { return lost + damaged; }
};

/// When to stop early.
struct Limits {
  std::uint64_t states_max = 0;
  std::uint64_t bad_max = 0;
  /// Whether LMDB may say on the error output why it gives up.
  bool is_quiet = false;
};

/// Lays the states out in `directory`.
Verdict try_states(const RecordedRun& run, const std::filesystem::path& directory,
                   const Limits& limits);

}  // namespace posse::testing
