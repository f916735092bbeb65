/// What a seed makes of a world: how large it is, who does what, and what goes wrong how often.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/mishap.h"
#include "sim/timeline.h"

namespace posse::sim {

/// Something that happens to a node or to the store at a moment of its own.
struct Event {
  enum class Kind : std::uint8_t { pause, cut_requests, cut_answers, restart, full, clock, outage };
  Kind kind = Kind::pause;
  std::uint32_t node = 0;  ///< From 1.
  Moment at{};
  Moment length{};
  std::chrono::milliseconds jump{};  ///< Of the node's wall clock.
};

/// Each seed draws its own mix: some mishaps not at all, some often, so that rare ones are not
/// always drowned by others.
struct Swarm {
  std::uint64_t seed = 0;
  std::uint32_t nodes = 1;
  std::uint32_t buyers = 1;
  std::uint32_t campaigns = 1;
  std::uint32_t orders = 1;                        ///< Of each buyer.
  bool rotates = false;                            ///< Patrols by rotation, not by lottery.
  std::uint32_t draws = 2;                         ///< Of the lottery: 0 never wins.
  Moment think{};                                  ///< Of a buyer between orders, at most.
  Moment way{};                                    ///< Of a request or an answer, at most.
  Moment deadline{};                               ///< After which the driver gives a call up.
  Moment reboot{};                                 ///< Of a node that died, at most.
  std::array<std::uint32_t, mishaps> in_100000{};  ///< How often a call meets each.
  std::vector<Event> events;
  std::vector<std::chrono::milliseconds> clocks_off;  ///< Of each node.
  std::vector<std::uint32_t> clock_rates;             ///< In quarters of true time: 2 to 8.
};

Swarm swarm_of(std::uint64_t seed);

/// The swarm of `seed` in which the driver lies, and nothing else goes wrong.
Swarm lying_swarm_of(std::uint64_t seed);

}  // namespace posse::sim
