/// Ends the process after a broken assertion.
// SPDX-License-Identifier: Apache-2.0
#include "core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace posse {

void assertion_failed(const char* condition, const char* file, int line) {
  (void)std::fprintf(stderr, "posse: %s:%d: does not hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace posse
