/// Deciding what happens to each call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "sim/random.h"
#include "sim/swarm.h"

namespace posse::sim {

/// Which decisions of a seed count: all, or only these. The others are as if all went well.
struct Selection {
  std::optional<std::set<DecisionId>> mishaps;
  std::optional<std::set<DecisionId>> orders;  ///< Node: the buyer; call: the number of the order.

  bool has_mishap(const DecisionId& id) const { return !mishaps || mishaps->contains(id); }
  bool has_order(const DecisionId& id) const { return !orders || orders->contains(id); }
};

/// What becomes of one call.
struct Fate {
  Mishap mishap = Mishap::none;
  Moment there{};            ///< How long the request takes,
  Moment back{};             ///< and the answer.
  Moment more{};             ///< By how much a second or late one comes later.
  std::uint64_t chance = 0;  ///< For whatever else is to be chosen.
};

/// Each decision follows from the seed and its own name alone, so that leaving one out does not
/// change the others.
class Fates {
 public:
  Fates(const Swarm& swarm, const Selection& selection) : swarm_(swarm), selection_(selection) {}

  /// While off, nothing goes wrong.
  void switch_on(bool on) { on_ = on; }
  bool is_on() const { return on_; }

  Fate of(const DecisionId& id, const Call& call);

  /// Chance that belongs to `id` alone, and to what it is for.
  SeededRandom chance(const DecisionId& id, std::uint64_t purpose) const;

  /// What went wrong so far, in no order.
  const std::set<DecisionId>& happened() const { return happened_; }
  void note(const DecisionId& id) { happened_.insert(id); }

 private:
  const Swarm& swarm_;
  const Selection& selection_;
  std::set<DecisionId> happened_;
  bool on_ = false;
};

}  // namespace posse::sim
