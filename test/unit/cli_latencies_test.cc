/// The histogram of durations, against a sorted list.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "cli/latencies.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

TEST(Latencies, AreZeroWithoutAny) {
  const Latencies none;
  EXPECT_EQ(none.percentile(0.5), 0us);
  EXPECT_EQ(none.most(), 0us);
  EXPECT_EQ(none.count(), 0U);
}

TEST(Latencies, AreExactBelow64Microseconds) {
  for (int value = 0; value < 64; ++value) {
    Latencies one;
    one.add(std::chrono::microseconds{value});
    EXPECT_EQ(one.percentile(0.5).count(), value);
    EXPECT_EQ(one.percentile(1).count(), value);
  }
}

TEST(Latencies, TakeNegativeOnesForZeroAndHugeOnesForTheLastBucket) {
  Latencies odd;
  odd.add(-5us);
  EXPECT_EQ(odd.percentile(1), 0us);
  odd.add(std::chrono::microseconds::max());
  EXPECT_EQ(odd.count(), 2U);
  EXPECT_GT(odd.percentile(1), 1h);
  EXPECT_EQ(odd.most(), std::chrono::microseconds::max());
}

TEST(Latencies, CountEachOnce) {
  Latencies hundred;
  for (int value = 1; value <= 100; ++value) hundred.add(std::chrono::microseconds{value / 2});
  EXPECT_EQ(hundred.percentile(0.5), 25us);
  EXPECT_EQ(hundred.percentile(0.99), 49us);
  EXPECT_EQ(hundred.percentile(1), 50us);
  EXPECT_EQ(hundred.count(), 100U);
}

RC_GTEST_PROP(Latencies, StayWithinThreePercentOfASortedList, ()) {
  auto values = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 10'000'000)));
  Latencies latencies;
  for (const auto value : values) latencies.add(std::chrono::microseconds{value});
  std::sort(values.begin(), values.end());
  for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const double rank = std::ceil(share * static_cast<double>(values.size()));
    const auto exact = values.at(static_cast<std::size_t>(rank) - 1);
    const auto shown = latencies.percentile(share).count();
    RC_ASSERT(shown <= exact);
    RC_ASSERT(static_cast<double>(shown) >= 0.96 * static_cast<double>(exact));
  }
}

}  // namespace
}  // namespace posse
