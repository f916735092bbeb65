/// Drawing fates.
// SPDX-License-Identifier: Apache-2.0
#include "sim/fates.h"

#include <algorithm>

#include "sim/digest.h"

namespace posse::sim {
namespace {

Mishap drawn(const Swarm& swarm, std::uint64_t bits) {
  std::uint64_t point = bits % 100'000;
  for (std::size_t m = 1; m < mishaps; ++m) {
    if (point < swarm.in_100000.at(m)) return static_cast<Mishap>(m);
    point -= swarm.in_100000.at(m);
  }
  return Mishap::none;
}

/// What suits the kind of call: a read has no second time and no late one.
Mishap suited(Mishap mishap, const Call& call) {
  if (call.is_write()) {
    return mishap == Mishap::stale || mishap == Mishap::garbled ? Mishap::none : mishap;
  }
  if (mishap == Mishap::crash_after || mishap == Mishap::crash_late) return Mishap::crash_before;
  if (mishap == Mishap::answer_lost || mishap == Mishap::late) return Mishap::request_lost;
  return mishap == Mishap::twice || mishap == Mishap::lie ? Mishap::none : mishap;
}

}  // namespace

SeededRandom Fates::chance(const DecisionId& id, std::uint64_t purpose) const {
  std::uint64_t seed = mixed(mixed(swarm_.seed, purpose), id.node);
  seed = mixed(mixed(seed, id.life), id.call);
  return SeededRandom(seed);
}

Fate Fates::of(const DecisionId& id, const Call& call) {
  SeededRandom random = chance(id, 2);
  const auto way = static_cast<std::uint64_t>(swarm_.way.count()) + 1;
  Fate fate;
  fate.there = Moment{random.bits() % way};
  fate.back = Moment{random.bits() % way};
  fate.more = Moment{random.bits() % 2'000'000};
  fate.chance = random.bits();
  const std::uint64_t bits = random.bits();
  if (!on_ || !selection_.has_mishap(id)) return fate;
  fate.mishap = suited(drawn(swarm_, bits), call);
  if (fate.mishap != Mishap::none) note(id);
  return fate;
}

}  // namespace posse::sim
