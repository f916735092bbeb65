/// Buckets of durations.
// SPDX-License-Identifier: Apache-2.0
#include "cli/latencies.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace posse {

void Latencies::add(std::chrono::microseconds duration) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  // Values below `steps` have a bucket each; above, the five bits after the leading one choose.
  const auto width = static_cast<std::size_t>(std::bit_width(value | 31U)) - 5;
  const std::size_t index =
      width * steps + static_cast<std::size_t>(value >> (width == 0 ? 0 : width - 1)) % steps;
  ++buckets_.at(std::min(index, buckets_.size() - 1));
  ++count_;
  most_ = std::max(most_, duration);
}

std::chrono::microseconds Latencies::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t index = 0; index < buckets_.size(); ++index) {
    seen += buckets_.at(index);
    if (seen < wanted || seen == 0) continue;
    const std::size_t width = index / steps;
    const std::uint64_t low = width == 0 ? index : (steps + index % steps) << (width - 1);
    return std::min(most_, std::chrono::microseconds{static_cast<std::int64_t>(low)});
  }
  return {};
}

}  // namespace posse
