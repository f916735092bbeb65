/// What a node's journal has done and seen, for metrics, benchmarks and the alarm.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace posse {

/// Alarms kept as sentences; whoever has that many needs no further one.
inline constexpr std::size_t alarms_max = 100;

/// Plain numbers since the start of the node.
struct JournalCounters {
  std::uint64_t operations = 0;   ///< Committed by this node.
  std::uint64_t entries = 0;      ///< Added by this node, fences not counted.
  std::uint64_t lost_claims = 0;  ///< Positions that were somebody else's.
  std::uint64_t fences = 0;       ///< Positions closed empty.
  std::uint64_t settled = 0;      ///< Settlements by this node.
  std::uint64_t released = 0;     ///< Holds taken out without effect.
  std::uint64_t helped = 0;       ///< Entries of others that this node finished.
  std::uint64_t published = 0;    ///< Heads moved.
  std::uint64_t swaps_lost = 0;   ///< Participants somebody else changed first.

  /// The alarm (S8): each a sentence; the books are broken and nothing was touched.
  std::set<std::string> alarms;
};

}  // namespace posse
