/// Who patrols when: the one question a plan of recovery has to answer, and two plans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "posse/random.h"
#include "posse/types.h"

namespace posse {

/// One node, one group of sequences, one second.
struct Turn {
  std::string_view group;
  std::string_view node;
  Time second{};  ///< The node's wall time.

  /// The nodes alive, sorted; the node itself may be missing.
  const std::vector<std::string>& members;

  std::chrono::milliseconds away{};      ///< Since the node last patrolled the group.
  std::chrono::milliseconds away_max{};  ///< From then on it may not stay away.
};

/// A plan of who patrols when. No harm comes of a second that nobody takes or that all take, so a
/// plan needs no agreement; it only has to leave no group alone for long.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// Whether the node patrols the group in this second. Asked once for each.
  virtual bool patrols(const Turn& turn) = 0;
};

/// What the odds of the lottery are multiplied with. With odds of draws/n, a share of e^-draws of
/// all seconds has no winner; with 2, three seconds in a row have none in e^-6 = 0.25 % of all
/// cases, so that 99 % of all orphans are met within 3 seconds, for 2 rounds a second.
inline constexpr std::uint64_t lottery_draws = 2;

/// Each node draws for itself: BLAKE2b(random, time, node) mod n < draws. Nobody asks anybody.
class Lottery final : public Schedule {
 public:
  explicit Lottery(Random& random, std::uint64_t draws = lottery_draws)
      : random_(random), draws_(draws) {}

  /// Also true once the node has been away for as long as it may.
  bool patrols(const Turn& turn) override;

 private:
  Random& random_;
  std::uint64_t draws_;
};

/// The members take turns, second by second, each group starting with another one. Clocks or views
/// of the membership that differ cost a second that nobody takes or that two take.
class Rotation final : public Schedule {
 public:
  /// A node that is not among the members patrols too: it cannot know whose turn it is.
  bool patrols(const Turn& turn) override;
};

}  // namespace posse
