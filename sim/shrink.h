/// From a seed that fails to the few decisions that it takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "sim/fates.h"
#include "sim/world.h"

namespace posse::sim {

/// A selection of `swarm`'s decisions that still breaks the same rule, and from which none of
/// those that were tried could be left out, within `longest`. The method is Zeller's delta
/// debugging (2002): leave out halves, then quarters, and so on; people's orders first, then
/// mishaps.
Selection shrink(const Swarm& swarm, const Course& broken, std::chrono::seconds longest);

/// The arguments that run a selection again.
std::string replay_arguments(const Swarm& swarm, const Selection& selection);

/// Reads `1.2.3,1.2.4`; empty if it is anything else.
std::optional<std::set<DecisionId>> read_decisions(const std::string& text);

}  // namespace posse::sim
