/// The lottery and the rotation.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/schedule.h"

#include <algorithm>

#include "core/digest.h"

namespace posse {

bool Lottery::patrols(const Turn& turn) {
  if (turn.away >= turn.away_max) return true;
  const std::string chance = std::to_string(random_.bits());
  const std::string second = std::to_string(number(turn.second));
  const std::uint64_t lot = leading_bits(digest_of({chance, second, turn.node}));
  const std::uint64_t nodes = std::max<std::uint64_t>(turn.members.size(), 1);
  return lot % nodes < draws_;
}

bool Rotation::patrols(const Turn& turn) {
  const auto own = std::lower_bound(turn.members.begin(), turn.members.end(), turn.node);
  if (own == turn.members.end() || *own != turn.node) return true;
  const auto place = static_cast<std::uint64_t>(own - turn.members.begin());
  const std::uint64_t nodes = turn.members.size();
  const auto second = std::chrono::floor<std::chrono::seconds>(turn.second).time_since_epoch();
  const auto counted = static_cast<std::uint64_t>(second.count());
  const std::uint64_t start = leading_bits(digest(turn.group)) % nodes;
  return (start + counted % nodes) % nodes == place;
}

}  // namespace posse
