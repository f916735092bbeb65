/// Tests of how guessing is slowed down.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "node/throttle.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

struct ThrottleTest : testing::Test {
  Throttle throttle;
  Steady now{1'000'000};

  void fail(int times, const std::string& peer = "1.1.1.1") {
    for (int i = 0; i < times; ++i) throttle.failed(peer, "bob", now);
  }
  std::chrono::milliseconds wait(const std::string& peer = "1.1.1.1") {
    return throttle.wait(peer, "bob", now);
  }
};

TEST_F(ThrottleTest, LetsAFewMistakesPass) {
  fail(4);
  EXPECT_EQ(wait(), 0ms);
  fail(1);
  EXPECT_EQ(wait(), 1s);
}

TEST_F(ThrottleTest, DoublesUpToAQuarterOfAnHour) {
  fail(6);
  EXPECT_EQ(wait(), 2s);
  fail(3);
  EXPECT_EQ(wait(), 16s);
  fail(100);
  EXPECT_EQ(wait(), 15min);
}

TEST_F(ThrottleTest, LocksNobodyElseOut) {
  fail(100);
  EXPECT_EQ(wait("2.2.2.2"), 0ms);
  EXPECT_EQ(throttle.wait("1.1.1.1", "ann", now), 0ms);
}

TEST_F(ThrottleTest, ForgetsAfterASuccessAndAfterADay) {
  fail(6);
  throttle.succeeded("1.1.1.1", "bob");
  fail(1);
  EXPECT_EQ(wait(), 0ms);
  fail(5);
  now += 25h;
  fail(1);
  EXPECT_EQ(wait(), 0ms);
}

TEST_F(ThrottleTest, RemembersABoundedNumberOfPairs) {
  fail(10);
  for (std::size_t i = 0; i < Throttle::pairs_max; ++i) {
    throttle.failed("9.9.9.9", "nobody-" + std::to_string(i), now);
  }
  EXPECT_GT(wait(), 0ms);  // those who have to wait longest are kept
}

}  // namespace
}  // namespace posse
