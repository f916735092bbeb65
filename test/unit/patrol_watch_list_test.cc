/// Tests of the watch list.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/task_group.h"
#include "patrol/watch_list.h"
#include "patrol_world.h"

namespace posse {
namespace {

Task<void> announce_in(WatchList* list, Sequence sequence, int* announced) {
  const auto result = co_await list->announce(std::move(sequence));
  if (result) ++*announced;
}

struct WatchListTest : testing::Test {
  World world;
  WatchList list{{world.store, world.clock, world.random}};
  WatchList other{{world.store, world.clock, world.random}};
  Sequence sequence{"campaign/a"};
  std::size_t shard = shard_of(sequence);

  void announce(WatchList& node, const Sequence& one) {
    const auto announced = world.run(node.announce(one));
    ASSERT_TRUE(announced) << announced.error().detail;
  }

  std::vector<Watched> listed(WatchList& node) {
    auto watched = world.run(node.list(shard));
    return watched.value();
  }

  std::size_t take_off(WatchList& node, std::vector<Watched> well) {
    return world.run(node.take_off(shard, std::move(well))).value();
  }

  /// Sequences that share the document of `sequence`.
  std::vector<Sequence> neighbours(std::size_t count) const {
    std::vector<Sequence> found;
    for (int n = 0; found.size() < count; ++n) {
      const Sequence one{"campaign/n" + std::to_string(n)};
      if (shard_of(one) == shard) found.push_back(one);
    }
    return found;
  }
};

TEST_F(WatchListTest, NamesASequenceBeforeItIsTouched)  // S15
{
  announce(list, sequence);
  EXPECT_EQ(world.bytes(watch_key(shard)),
            R"({"v":1,"sequences":[{"name":"campaign/a","announced":1764001000000}]})");
  const auto watched = listed(other);
  ASSERT_EQ(watched.size(), 1U);
  EXPECT_EQ(watched[0].sequence, sequence);
}

TEST(WatchShards, AreOnDiskForEver)  // S15
{
  EXPECT_EQ(watch_shards, 16U);
  EXPECT_EQ(shard_of(Sequence{"campaign/a"}), 15U);
  EXPECT_EQ(shard_of(Sequence{"campaign/b"}), 10U);
  EXPECT_EQ(watch_key(15).text(), "watch/15");
}

TEST_F(WatchListTest, WritesOnceInHalfAMinute)  // S15
{
  announce(list, sequence);
  const int writes = world.store.writes();
  for (int n = 0; n < 29; ++n) {
    announce(list, sequence);
    world.pass(1s);
  }
  EXPECT_EQ(world.store.writes(), writes);
  world.pass(1s);
  announce(list, sequence);
  EXPECT_EQ(world.store.writes(), writes + 1);
  EXPECT_EQ(listed(list).size(), 1U);
}

TEST_F(WatchListTest, CountsTheHalfMinuteFromBeforeTheWrite)  // S15
{
  bool slept = false;
  world.store.fault = [&](const std::string& call, const Key&) {
    if (call == "add" && !slept) {
      slept = true;
      while (world.clock.steady() < Steady{1'000'000} + 20s) world.clock.advance();
    }
    return Fault::none;
  };
  TaskGroup sleepers(world.io.get_executor());
  sleepers.spawn(world.clock.sleep(20s));
  announce(list, sequence);
  ASSERT_TRUE(slept);
  const int writes = world.store.writes();
  world.pass(10s);
  announce(list, sequence);
  EXPECT_EQ(world.store.writes(), writes + 1);
}

TEST_F(WatchListTest, SharesOneSwapAmongAllThatWait)  // S15
{
  TaskGroup tasks(world.io.get_executor());
  int announced = 0;
  for (const auto& one : neighbours(100)) tasks.spawn(announce_in(&list, one, &announced));
  world.run(tasks.join());
  EXPECT_EQ(announced, 100);
  EXPECT_EQ(listed(list).size(), 100U);
  EXPECT_LE(world.store.writes(), 2);
}

TEST_F(WatchListTest, KeepsWhatNodesAnnounceAtOnce)  // S4 S15
{
  TaskGroup tasks(world.io.get_executor());
  int announced = 0;
  const auto all = neighbours(40);
  for (std::size_t n = 0; n < all.size(); ++n) {
    WatchList* node = n % 2 == 0 ? &list : &other;
    tasks.spawn(announce_in(node, all[n], &announced));
    tasks.spawn(announce_in(node, sequence, &announced));
  }
  world.run(tasks.join());
  EXPECT_EQ(announced, 80);
  EXPECT_EQ(listed(list).size(), 41U);
}

TEST_F(WatchListTest, NeverListsGenericJournals)  // S12 S15
{
  for (std::uint64_t n = 0; n < journals; ++n) announce(list, generic_journal(n));
  EXPECT_TRUE(world.store.calls.empty());
}

TEST_F(WatchListTest, TakesOffWhatWasQuietForAMinute)  // S15
{
  announce(list, sequence);
  EXPECT_EQ(take_off(other, listed(other)), 0U);
  world.pass(quiet_after - 1ms);
  EXPECT_EQ(take_off(other, listed(other)), 0U);
  world.pass(1ms);
  EXPECT_EQ(take_off(other, listed(other)), 1U);
  EXPECT_TRUE(listed(other).empty());
  EXPECT_EQ(take_off(other, listed(other)), 0U);
}

TEST_F(WatchListTest, LeavesOnWhatWasAnnouncedAgain)  // S15
{
  announce(list, sequence);
  const auto quiet = neighbours(1).front();
  announce(list, quiet);
  (void)listed(other);
  world.pass(announced_for);
  announce(list, sequence);
  (void)listed(other);
  world.pass(announced_for);
  const auto well = listed(other);
  announce(list, sequence);  // after the round has looked
  EXPECT_EQ(take_off(other, well), 1U);
  ASSERT_EQ(listed(other).size(), 1U);
  EXPECT_EQ(listed(other)[0].sequence, sequence);
}

TEST_F(WatchListTest, LeavesOnWhatWasAnnouncedJustAfterItWasJudged)  // S15
{
  announce(list, sequence);
  (void)listed(other);
  world.pass(quiet_after);
  const auto well = listed(other);
  ASSERT_GE(well[0].quiet, quiet_after);
  announce(list, sequence);
  EXPECT_EQ(take_off(other, well), 0U);
  EXPECT_EQ(listed(other).size(), 1U);
}

TEST_F(WatchListTest, DoesNotCompareClocksOfMachines)  // S15
{
  SkewedClock late(world.clock, -std::chrono::hours{2});
  WatchList slow({world.store, late, world.random});
  announce(list, sequence);
  const auto before = listed(other);
  world.pass(announced_for);
  announce(slow, sequence);  // by its clock long before the first
  EXPECT_GT(listed(other)[0].announced, before[0].announced);
  world.pass(announced_for);
  EXPECT_EQ(take_off(other, listed(other)), 0U);
  world.pass(announced_for);
  EXPECT_EQ(take_off(other, listed(other)), 1U);
}

TEST_F(WatchListTest, HasAnnouncedNothingThatTheStoreDidNotAcknowledge)  // S7 S15
{
  for (const Fault fault : {Fault::unknown_lost, Fault::unknown_applied}) {
    int faults = 1;
    world.store.fault = [&](const std::string& call, const Key&) {
      return call != "get" && faults-- > 0 ? fault : Fault::none;
    };
    announce(list, sequence);
    EXPECT_EQ(listed(other).size(), 1U);
    EXPECT_LT(faults, 0);
    world.pass(announced_for);
  }
}

TEST_F(WatchListTest, PassesAFailureOnAndMayBeAskedAgain)  // S7 S15
{
  world.store.fault = [](const std::string&, const Key&) { return Fault::unavailable; };
  TaskGroup tasks(world.io.get_executor());
  int announced = 0;
  for (const auto& one : neighbours(5)) tasks.spawn(announce_in(&list, one, &announced));
  world.run(tasks.join());
  EXPECT_EQ(announced, 0);
  world.store.fault = nullptr;
  for (const auto& one : neighbours(5)) announce(list, one);
  EXPECT_EQ(listed(list).size(), 5U);
}

TEST_F(WatchListTest, RefusesWhatHasNoRoomAndLetsTheListedGoOn)  // S15
{
  std::vector<Watched> full;
  for (std::size_t n = 0; n < watched_max; ++n) {
    full.push_back({.sequence = Sequence{"campaign/" + std::to_string(10000 + n)},
                    .announced = {},
                    .quiet = {}});
  }
  full.front().sequence = Sequence{"campaign/0"};
  ASSERT_TRUE(world.run(world.store.add(watch_key(shard), write_watched(full))));
  const auto refused = world.run(list.announce(sequence));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::contended);

  full.front().sequence = sequence;
  std::ranges::sort(full, {}, &Watched::sequence);
  const auto document = world.run(world.store.get(watch_key(shard)));
  const Version version = document.value()->version;
  ASSERT_TRUE(world.run(world.store.cas(watch_key(shard), version, write_watched(full))));
  announce(list, sequence);
  EXPECT_FALSE(world.run(list.announce(neighbours(1).front())));
  EXPECT_EQ(listed(list).size(), watched_max);
}

TEST_F(WatchListTest, FitsTheStoreWhenFullOfLongNames)  // S15
{
  std::vector<Watched> full;
  for (std::size_t n = 0; n < watched_max; ++n) {
    std::string name = "campaign/" + std::to_string(10000 + n);
    name.resize(sequence_name_max, 'x');
    full.push_back({.sequence = Sequence{name}, .announced = world.clock.now(), .quiet = {}});
  }
  EXPECT_LT(write_watched(full).size(), value_bytes_max * 3 / 4);
}

TEST_F(WatchListTest, RefusesNamesThatCloseTheDocumentForOthers)  // S15
{
  for (const auto& name :
       {std::string(), std::string(sequence_name_max + 1, 'x'), std::string("campaign/\xff")}) {
    const auto refused = world.run(list.announce(Sequence{name}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unreadable);
  }
  EXPECT_TRUE(world.store.calls.empty());
}

TEST(WatchedSequences, AreReadStrictly)  // S15
{
  const Key key = watch_key(3);
  const auto read = [&](const std::string& sequences) {
    return read_watched(R"({"v":1,"sequences":[)" + sequences + "]}", key);
  };
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read(R"({"name":"a","announced":1},{"name":"b","announced":1})"));
  for (const auto* wrong : {
           R"({"name":"b","announced":1},{"name":"a","announced":1})",
           R"({"name":"a","announced":1},{"name":"a","announced":1})",
           R"({"name":"","announced":1})",
           R"({"name":"a","announced":-1})",
           R"({"name":"a"})",
           R"({"name":"a","announced":1,"more":2})",
           "7",
       }) {
    const auto watched = read(wrong);
    ASSERT_FALSE(watched) << wrong;
    EXPECT_EQ(watched.error().code, Errc::unreadable);
  }
  EXPECT_FALSE(read_watched(R"({"v":2,"sequences":[]})", key));
  EXPECT_FALSE(read_watched("{", key));
}

}  // namespace
}  // namespace posse
