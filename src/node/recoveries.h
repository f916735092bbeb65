/// What a node's patrol has lately done for others, and whether the books are broken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include "patrol/patrol.h"
#include "posse/types.h"

namespace posse {

/// A pass that finished what others had left.
struct Recovery {
  Time at{};
  std::uint64_t entries = 0;
  std::chrono::milliseconds oldest{};
};

/// As many as somebody reads through.
inline constexpr std::size_t recoveries_max = 50;
inline constexpr std::size_t told_alarms_max = 50;

/// The newest recoveries since the node's start, newest first, and the first alarms.
class Recoveries {
 public:
  /// What a pass that ended at `now` came to.
  void hear(const Summary& pass, Time now);

  const std::deque<Recovery>& recovered() const { return recovered_; }
  const std::set<std::string>& alarms() const { return alarms_; }

 private:
  std::deque<Recovery> recovered_;
  std::set<std::string> alarms_;
};

/// What a node, or all nodes of a process, know of themselves. Not tied to a thread.
struct NodeView {
  std::string node;
  std::chrono::milliseconds oldest_unsettled{};
  std::deque<Recovery> recovered;  ///< Newest first.
  std::set<std::string> alarms;
  std::optional<std::chrono::milliseconds> clock_ahead;

  /// Makes it the view of both; its name and clock stay.
  void add(const NodeView& other);

  /// Those of a sale or a login too, which met what no patrol has met yet.
  void add_alarms(const std::set<std::string>& others);
};

}  // namespace posse
