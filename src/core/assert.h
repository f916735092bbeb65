/// POSSE_ASSERT: our own mistakes stop the process, in release builds too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace posse {

/// Prints what did not hold, and where, and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace posse

#define POSSE_ASSERT(condition)          \
  (static_cast<bool>(condition) ? void() \
                                : ::posse::assertion_failed(#condition, __FILE__, __LINE__))
