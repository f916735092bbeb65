/// What everybody was told, judged as a whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/request.h"
#include "sim/wrong.h"

namespace posse::sim {

/// What a history is judged against.
struct Terms {
  std::int64_t funds = 0;                           ///< Of each buyer at the beginning.
  std::map<std::string, std::uint64_t> capacities;  ///< Of campaigns; 0: none.

  /// Refusals for want of something rest on a plain read: where reads may show the past or
  /// nonsense, they may be out of date.
  bool refusals_are_true = true;
};

/// Each campaign by itself: the next slot to whoever comes next, the same slot for the same key,
/// sold out when it is. Then each buyer's account: money is there before it is spent, once for each
/// key, and whoever is told that it does not suffice had less.
Wrong judge_history(const std::vector<Asked>& history, const Terms& terms);

}  // namespace posse::sim
