/// Time as Posse's code sees it: the second door to the outside.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Wall time for prices and records, steady time for waits. Used from one executor.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall time; may jump in both directions.
  virtual Time now() = 0;

  /// Time that never goes back.
  virtual Steady steady() = 0;

  /// Waits at least `pause`. Ends early, without an error, when the caller is cancelled.
  virtual Task<void> sleep(std::chrono::milliseconds pause) = 0;
};

}  // namespace posse
