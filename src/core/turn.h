/// Taking turns on one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posse/task.h"

namespace posse {

/// Lets everything else that is ready on this executor go first. For loops over a store that
/// answers at once, as LMDB does: they would give nobody else a turn.
Task<void> give_way();

}  // namespace posse
