/// Tests of the lottery and the rotation.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fake_clock.h"
#include "patrol/patrol.h"
#include "patrol/schedule.h"

namespace posse {
namespace {

using std::chrono::seconds;

std::vector<std::string> nodes(int count) {
  std::vector<std::string> names;
  for (int n = 0; n < count; ++n) names.push_back("node" + std::to_string(1000 + n));
  return names;
}

Turn turn_of(const std::vector<std::string>& members, std::size_t node, seconds second) {
  return {.group = "watch/3",
          .node = members.at(node),
          .second = Time{second},
          .members = members,
          .away = {},
          .away_max = away_max};
}

/// How many of the members patrol in a second.
int winners(Schedule& schedule, const std::vector<std::string>& members, seconds second) {
  int won = 0;
  for (std::size_t node = 0; node < members.size(); ++node) {
    if (schedule.patrols(turn_of(members, node, second))) ++won;
  }
  return won;
}

class StuckRandom final : public Random {
 public:
  std::uint64_t bits() override { return 42; }
};

TEST(Lottery, WinsTwoSharesOfTheSeconds)  // S3
{
  SeededRandom random(1);
  Lottery lottery(random);
  const auto members = nodes(10);
  int won = 0;
  for (int second = 0; second < 20000; ++second) {
    if (lottery.patrols(turn_of(members, 4, seconds{second}))) ++won;
  }
  // Expected are 4000; the standard deviation is 57.
  EXPECT_GT(won, 4000 - 4 * 57);
  EXPECT_LT(won, 4000 + 4 * 57);
}

TEST(Lottery, HardlyEverLeavesThreeSecondsInARowWithoutAWinner)  // S3 S10
{
  SeededRandom random(2);
  Lottery lottery(random);
  for (const int count : {3, 10, 50}) {
    const auto members = nodes(count);
    int empty = 0;
    int empty_thrice = 0;
    int in_a_row = 0;
    constexpr int all = 6000;
    for (int second = 0; second < all; ++second) {
      in_a_row = winners(lottery, members, seconds{second}) == 0 ? in_a_row + 1 : 0;
      if (in_a_row > 0) ++empty;
      if (in_a_row >= 3) ++empty_thrice;
    }
    EXPECT_LT(empty, all * 16 / 100) << count;  // e^-2 is 13.5 %
    EXPECT_LT(empty_thrice, all / 100) << count;
  }
}

TEST(Lottery, IsWonBySeveralInTheSameSecond)  // S4
{
  SeededRandom random(3);
  Lottery lottery(random);
  const auto members = nodes(10);
  int several = 0;
  for (int second = 0; second < 100; ++second) {
    if (winners(lottery, members, seconds{second}) > 1) ++several;
  }
  EXPECT_GT(several, 30);
}

TEST(Lottery, IsAlwaysWonByTwoOrLess)  // S17
{
  SeededRandom random(4);
  Lottery lottery(random);
  for (const int count : {1, 2}) {
    const auto members = nodes(count);
    for (int second = 0; second < 100; ++second) {
      EXPECT_EQ(winners(lottery, members, seconds{second}), count);
    }
  }
  const std::vector<std::string> nobody;
  const Turn alone{.group = "watch/3",
                   .node = "a",
                   .second = {},
                   .members = nobody,
                   .away = {},
                   .away_max = away_max};
  EXPECT_TRUE(lottery.patrols(alone));
}

TEST(Lottery, LetsNobodyStayAwayLongerThanTenSeconds)  // S3 S10
{
  SeededRandom random(5);
  Lottery lottery(random);
  const auto members = nodes(1000);
  std::chrono::milliseconds away{};
  std::chrono::milliseconds longest{};
  for (int second = 0; second < 2000; ++second) {
    Turn turn = turn_of(members, 17, seconds{second});
    turn.away = away;
    longest = std::max(longest, away);
    away = lottery.patrols(turn) ? 1s : away + 1s;
  }
  EXPECT_EQ(longest, 10s);
}

TEST(Lottery, DrawsByTimeAndNodeToo)  // S3
{
  StuckRandom random;
  Lottery lottery(random);
  const auto members = nodes(10);
  std::set<std::vector<bool>> patterns;
  for (std::size_t node = 0; node < 5; ++node) {
    std::vector<bool> pattern;
    for (int second = 0; second < 200; ++second) {
      pattern.push_back(lottery.patrols(turn_of(members, node, seconds{second})));
    }
    EXPECT_GT(std::ranges::count(pattern, true), 15);
    EXPECT_LT(std::ranges::count(pattern, true), 75);
    patterns.insert(pattern);
  }
  EXPECT_EQ(patterns.size(), 5U);
}

TEST(Rotation, GivesEachSecondToOneMemberAndEachMemberItsTurn)  // S5
{
  Rotation rotation;
  const auto members = nodes(7);
  std::set<std::size_t> had_a_turn;
  for (int second = 0; second < 7; ++second) {
    EXPECT_EQ(winners(rotation, members, seconds{second}), 1);
    for (std::size_t node = 0; node < members.size(); ++node) {
      if (rotation.patrols(turn_of(members, node, seconds{second}))) had_a_turn.insert(node);
    }
  }
  EXPECT_EQ(had_a_turn.size(), 7U);
}

TEST(Rotation, AgreesThroughoutASecond)  // S5
{
  Rotation rotation;
  const auto members = nodes(7);
  Turn turn = turn_of(members, 3, seconds{100});
  for (int second = 100; second < 107; ++second) {
    turn.second = Time{seconds{second}};
    const bool at_first = rotation.patrols(turn);
    turn.second = Time{seconds{second} + 999ms};
    EXPECT_EQ(rotation.patrols(turn), at_first);
  }
}

TEST(Rotation, SpreadsTheGroupsOfOneSecond)  // S5
{
  Rotation rotation;
  const auto members = nodes(7);
  std::set<std::size_t> busy;
  for (std::size_t node = 0; node < members.size(); ++node) {
    for (std::size_t shard = 0; shard < watch_shards; ++shard) {
      const std::string group = watch_key(shard).text();
      Turn turn = turn_of(members, node, seconds{5});
      turn.group = group;
      if (rotation.patrols(turn)) busy.insert(node);
    }
  }
  EXPECT_GE(busy.size(), 4U);
}

TEST(Rotation, LetsANodePatrolThatIsNoMember)  // S5 S17
{
  Rotation rotation;
  const auto members = nodes(7);
  const Turn stranger{.group = "watch/3",
                      .node = "stranger",
                      .second = {},
                      .members = members,
                      .away = {},
                      .away_max = away_max};
  EXPECT_TRUE(rotation.patrols(stranger));
}

}  // namespace
}  // namespace posse
