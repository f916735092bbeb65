/// How the program says, to a script, what came of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "posse/result.h"

namespace posse {

/// Exit codes of every command.
enum class Exit : std::uint8_t {
  fine = 0,
  refused = 1,      ///< Refused, or the books are not sound.
  usage = 2,        ///< The command line is wrong; nothing was done.
  unreachable = 3,  ///< The store could not be used; nothing was done that is not said.
  undecided = 4,    ///< Neither done nor refused yet: ask again with the same key or reference.
};

/// The exit code of a failure.
Exit exit_of(const Error& error);

}  // namespace posse
