/// Tests of moving the head over settled entries.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/task_group.h"
#include "journal/publisher.h"
#include "journal_world.h"

namespace posse {
namespace {

Task<void> settle_later(World* world, StoredEntry stored, std::chrono::milliseconds pause) {
  co_await world->clock.sleep(pause);
  const EntryNumber number = stored.entry->number;
  const auto finished = co_await world->books.finisher.finish(stored.entry->sequence, number);
  EXPECT_TRUE(finished);
}

struct PublisherTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  Books own{world.store, world.clock, world.random, world.io.get_executor()};
  TaskGroup tasks{world.io.get_executor()};
  Publisher publisher{sequence, {own.sequences, own.finisher, world.clock, own.counters}};
  std::vector<Key> accounts;
  std::vector<StoredEntry> entries;

  /// Four payments that are claimed.
  void SetUp() override {
    world.create(sequence);
    for (const auto* name : {"ann", "ben", "cem", "dan"}) {
      accounts.push_back(world.account(name));
      const Operation operation = world.payment(accounts.back());
      world.declare(sequence, operation);
      entries.push_back(world.claim(sequence, {operation}));
    }
  }

  /// This node settles entry `n` (from 0) and says so.
  void settle(std::size_t n) {
    ASSERT_TRUE(world.run(own.finisher.complete(entries.at(n).entry)));
    if (publisher.settled(entries.at(n).tip)) tasks.spawn(publisher.run());
  }

  int head_swaps() {
    int swaps = 0;
    world.store.fault = [&](const std::string& call, const Key& key) {
      if (call == "cas" && key == sequence.head()) ++swaps;
      return Fault::none;
    };
    world.run(tasks.join());
    world.store.fault = nullptr;
    return swaps;
  }
};

TEST_F(PublisherTest, MovesTheHeadOverARunByOneSwap) {  // I6
  for (const auto& stored : entries) ASSERT_TRUE(world.run(own.finisher.complete(stored.entry)));
  for (const auto& stored : entries) {
    if (publisher.settled(stored.tip)) tasks.spawn(publisher.run());
  }
  EXPECT_EQ(head_swaps(), 1);
  EXPECT_TRUE(publisher.idle());
  expect_at_rest(world, sequence, accounts);
}

TEST_F(PublisherTest, NeverPassesAnEntryThatIsNotSettled) {  // I6
  settle(0);
  world.run(tasks.join());
  settle(3);
  world.pass(courtesy / 2);
  EXPECT_EQ(world.head(sequence), EntryNumber{1});
  world.run(tasks.join());
  expect_at_rest(world, sequence, accounts);
}

TEST_F(PublisherTest, WaitsForTheNodeWhoseEntryComesFirst) {  // S6
  settle(1);
  tasks.spawn(settle_later(&world, entries[0], courtesy / 2));
  world.run(tasks.join());
  EXPECT_EQ(own.counters.helped, 0U);
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
}

TEST_F(PublisherTest, FinishesTheEntryOfANodeThatStaysAway) {  // S4 S10
  settle(1);
  const Steady before = world.clock.steady();
  world.run(tasks.join());
  EXPECT_EQ(own.counters.helped, 1U);
  EXPECT_GE(world.clock.steady() - before, courtesy);
  EXPECT_LE(world.clock.steady() - before, 2 * courtesy);
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
  EXPECT_EQ(world.participant(accounts[0]).value("balance"), 70);
}

TEST_F(PublisherTest, IsContentWhenAnotherIsAhead) {  // S7 I7
  settle(0);
  ASSERT_TRUE(world.run(world.books.finisher.finish(sequence, EntryNumber{4})));
  world.run(tasks.join());
  settle(1);
  EXPECT_EQ(head_swaps(), 1);  // refused, from where the head was last seen
  EXPECT_EQ(world.head(sequence), EntryNumber{4});
}

TEST_F(PublisherTest, FindsOutWhatBecameOfAnUnknownSwap) {  // S7 I7
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    int swaps = 0;
    world.store.fault = [&](const std::string& call, const Key& key) {
      return call == "cas" && key == sequence.head() && swaps++ == 0 ? fault : Fault::none;
    };
    const std::size_t next = fault == Fault::unknown_applied ? 0 : 1;
    settle(next);
    world.run(tasks.join());
    EXPECT_EQ(world.head(sequence), EntryNumber{next + 1});
    EXPECT_EQ(swaps, fault == Fault::unknown_applied ? 1 : 2);
  }
}

TEST_F(PublisherTest, GivesUpOnAFailureAndGoesOnWithTheNext) {  // S7
  world.store.fault = [&](const std::string& call, const Key& key) {
    return call == "cas" && key == sequence.head() ? Fault::unavailable : Fault::none;
  };
  settle(0);
  world.run(tasks.join());
  EXPECT_TRUE(publisher.idle());
  world.store.fault = nullptr;
  settle(1);
  world.run(tasks.join());
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
}

}  // namespace
}  // namespace posse
