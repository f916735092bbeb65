/// A histogram of durations, small and fixed in size.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace posse {

/// Counts durations in microseconds into buckets at most 3 % wide (32 for each doubling, the scheme
/// of HdrHistogram).
class Latencies {
 public:
  void add(std::chrono::microseconds duration);

  /// The duration that `share` (0 to 1) of all do not exceed; 0 if there are none.
  std::chrono::microseconds percentile(double share) const;

  std::chrono::microseconds most() const { return most_; }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::size_t steps = 32;
  static constexpr std::size_t doublings = 40;

  std::array<std::uint64_t, steps * doublings> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::microseconds most_{};
};

}  // namespace posse
