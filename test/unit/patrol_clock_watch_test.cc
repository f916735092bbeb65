/// Tests of the clock watch: nodes whose wall clocks differ, in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/task_group.h"
#include "patrol/clock_watch.h"
#include "patrol_world.h"

namespace posse {
namespace {

using Offset = std::optional<std::chrono::milliseconds>;

/// A node that beats every 5 s and looks every 250 ms.
struct Beating {
  Beating(World& world, std::string name, std::chrono::milliseconds off)
      : clock(world.clock, off),
        membership({world.store, clock, world.random}, std::move(name)),
        watch(membership, clock) {}

  SkewedClock clock;
  Membership membership;
  ClockWatch watch;
};

Task<void> beats(Beating* node, std::chrono::milliseconds after, int count) {
  co_await node->clock.sleep(after);
  for (int beat = 0; beat < count; ++beat) {
    (void)co_await node->membership.beat();
    co_await node->clock.sleep(beat_every);
  }
}

Task<void> looks(Beating* node, int count) {
  for (int look = 0; look < count; ++look) {
    co_await node->watch.look();
    co_await node->clock.sleep(look_every);
  }
}

struct ClockWatchTest : testing::Test {
  World world;
  std::vector<std::unique_ptr<Beating>> nodes;

  void open(std::vector<std::chrono::milliseconds> offsets) {
    for (const auto off : offsets) {
      nodes.push_back(std::make_unique<Beating>(world, "n" + std::to_string(nodes.size()), off));
    }
  }

  /// All of them at work for `seconds`; they do not beat at the same moments.
  void live(int seconds) { world.run(all(seconds)); }

  Task<void> all(int seconds) {
    TaskGroup tasks(world.io.get_executor());
    std::chrono::milliseconds after{};
    for (const auto& node : nodes) {
      tasks.spawn(beats(node.get(), after, seconds / 5));
      tasks.spawn(looks(node.get(), seconds * 4));
      after += 1100ms;
    }
    co_await tasks.join();
  }

  void expect_ahead(std::size_t node, std::chrono::milliseconds ahead) {
    const Offset known = nodes.at(node)->watch.ahead();
    ASSERT_TRUE(known);
    EXPECT_LE(std::chrono::abs(*known - ahead), look_every / 2) << known->count();
  }
};

TEST_F(ClockWatchTest, KnowsHowFarAClockIsFromTheMedian)  // S17
{
  open({0ms, 3000ms, -200ms});
  live(20);
  expect_ahead(0, 0ms);
  expect_ahead(1, 3000ms);
  expect_ahead(2, -200ms);
  EXPECT_FALSE(nodes[0]->watch.is_off());
  EXPECT_TRUE(nodes[1]->watch.is_off());
  EXPECT_FALSE(nodes[2]->watch.is_off());
}

TEST_F(ClockWatchTest, IsOffBehindAsWellAsAhead)  // S17
{
  open({-700ms, 0ms, 0ms, 0ms});
  live(20);
  EXPECT_TRUE(nodes[0]->watch.is_off());
  EXPECT_FALSE(nodes[3]->watch.is_off());
}

TEST_F(ClockWatchTest, SaysNothingOfTwoClocks)  // S17
{
  open({0ms, 60'000ms});
  live(20);
  EXPECT_EQ(nodes[0]->watch.ahead(), Offset{});
  EXPECT_FALSE(nodes[1]->watch.is_off());
}

TEST_F(ClockWatchTest, NoticesThatItsOwnClockWasSet)  // S17
{
  open({0ms, 0ms, 0ms});
  live(20);
  EXPECT_FALSE(nodes[1]->watch.is_off());
  nodes[1]->clock.jump(-2000ms);
  live(20);
  EXPECT_TRUE(nodes[1]->watch.is_off());
  expect_ahead(1, -2000ms);
  nodes[1]->clock.jump(2000ms);
  live(20);
  EXPECT_FALSE(nodes[1]->watch.is_off());
}

/// The machine of all of them was set: what each showed before is no reason to doubt oneself.
TEST_F(ClockWatchTest, DoubtsNobodyWhenAllClocksAreSetTogether)  // S17
{
  open({0ms, 0ms, 0ms});
  live(20);
  for (const auto& node : nodes) node->clock.jump(5000ms);
  for (int looks = 0; looks < 60; ++looks) {
    for (const auto& node : nodes) {
      world.run(node->watch.look());
      EXPECT_FALSE(node->watch.is_off());
    }
    if (looks % 20 == 10) {
      for (const auto& node : nodes) (void)world.run(node->membership.beat());
    }
    world.pass(look_every);
  }
}

TEST_F(ClockWatchTest, StaysOffWhenWitnessesGoUntilNobodyCanTell)  // S17
{
  open({0ms, 3000ms, 3000ms});
  live(20);
  EXPECT_TRUE(nodes[0]->watch.is_off());
  (void)world.run(nodes[2]->membership.leave());
  world.run(nodes[0]->watch.look());
  EXPECT_EQ(nodes[0]->watch.ahead(), Offset{});
  EXPECT_TRUE(nodes[0]->watch.is_off()) << "nobody has said that it is right";
  world.pass(clock_known_for + 1000ms);
  world.run(nodes[0]->watch.look());
  EXPECT_FALSE(nodes[0]->watch.is_off());
}

TEST_F(ClockWatchTest, LeavesOutWhoGoesByTheSameClock)  // S17
{
  open({3000ms, 3000ms, 3000ms, 0ms, 0ms});
  for (std::size_t node = 0; node < 3; ++node) nodes[node]->watch.leave_out({"n0", "n1", "n2"});
  live(20);
  for (std::size_t node = 0; node < 3; ++node) {
    expect_ahead(node, 3000ms);
    EXPECT_TRUE(nodes[node]->watch.is_off());
  }
}

/// Every clock but one's own looks late then, to everybody.
TEST_F(ClockWatchTest, DoubtsNobodyWhileTheStoreIsSlow)  // S17
{
  world.store.meanwhile = [this](const std::string& call, const Key&) -> Task<void> {
    if (call == "cas") co_await world.clock.sleep(900ms);
  };
  open({0ms, 0ms, 0ms, 0ms});
  live(40);
  for (const auto& node : nodes) EXPECT_FALSE(node->watch.is_off());
}

/// Our own last beat was quick; those of the others are the first to be slow.
TEST_F(ClockWatchTest, DoubtsNobodyWhenTheStoreBecomesSlow)  // S17
{
  open({0ms, 0ms, 0ms});
  live(20);
  world.store.meanwhile = [this](const std::string& call, const Key&) -> Task<void> {
    if (call == "cas") co_await world.clock.sleep(900ms);
  };
  bool has_doubted = false;
  const auto doubts = [&]() -> Task<void> {
    for (int looks = 0; looks < 60; ++looks) {
      for (const auto& node : nodes) has_doubted = has_doubted || node->watch.is_off();
      co_await world.clock.sleep(look_every);
    }
  };
  TaskGroup beside(world.io.get_executor());
  beside.spawn(doubts());
  live(15);
  world.run(beside.join());
  EXPECT_FALSE(has_doubted);
}

TEST_F(ClockWatchTest, LearnsNothingFromLooksThatAreFarApart)  // S17
{
  open({0ms, 0ms, 0ms});
  live(5);
  world.run(nodes[0]->watch.look());
  world.run(beats(nodes[1].get(), 0ms, 1));
  world.run(beats(nodes[2].get(), 0ms, 1));
  world.pass(20'000ms);
  const Offset before = nodes[0]->watch.ahead();
  world.run(nodes[0]->watch.look());
  EXPECT_EQ(nodes[0]->watch.ahead(), before);
}

TEST_F(ClockWatchTest, OutlivesAStoreThatFails)  // S17
{
  open({0ms, 0ms, 4000ms});
  live(10);
  world.store.fault = [](const std::string&, const Key&) { return Fault::unavailable; };
  world.run(nodes[2]->watch.look());
  EXPECT_TRUE(nodes[2]->watch.is_off());
}

}  // namespace
}  // namespace posse
