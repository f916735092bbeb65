/// Tests of deciding holds that are not ours.
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/task_group.h"
#include "journal_world.h"

namespace posse {
namespace {

/// A driver that claims a moment later.
Task<void> claim_later(World* world, Bytes entry, std::chrono::milliseconds pause) {
  co_await world->clock.sleep(pause);
  const Key key = Sequence{"journal/1"}.entry(EntryNumber{1});
  const auto added = co_await world->store.add(key, std::move(entry));
  EXPECT_TRUE(added);
}

Task<void> resolve_in(Resolver* resolver, Key key, Hold hold,
                      std::optional<Result<Resolution>>* resolution) {
  auto resolved = co_await resolver->resolve(std::move(key), std::move(hold));
  resolution->emplace(std::move(resolved));
}

struct ResolverTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  Key ann;
  Node node{world};
  Resolver& resolver = node.journal.resolver();

  void SetUp() override {
    world.create(sequence);
    ann = world.account("ann");
  }

  /// A hold of a driver that died before it claimed; its window has `entries` positions.
  Hold declare(const Operation& operation, std::uint64_t entries) {
    const Hold hold{.intent = operation.intent,
                    .sequence = sequence,
                    .first = EntryNumber{1},
                    .last = EntryNumber{entries},
                    .issued = {},
                    .reserve = {{"balance", -30}}};
    Decision decision = [&](Participant& participant) {
      participant.holds.push_back(hold);
      return Verdict::write;
    };
    EXPECT_TRUE(world.run(world.books.participants.update(ann, decision)));
    return hold;
  }

  Resolution resolve(const Hold& hold) {
    const auto resolved = world.run(resolver.resolve(ann, hold));
    EXPECT_TRUE(resolved) << resolved.error().detail;
    return *resolved;
  }
};

TEST_F(ResolverTest, FencesAnUndecidedHoldAfterThePatienceAndGivesTheFundsBack) {  // S11 I9
  const Hold hold = declare(world.payment(ann), 8);
  EXPECT_EQ(world.participant(ann).lowest("balance"), 70);
  const Steady before = world.clock.steady();
  EXPECT_EQ(resolve(hold), Resolution::released);
  const auto waited = world.clock.steady() - before;
  EXPECT_GE(waited, patience);
  EXPECT_LE(waited, patience + poll);
  EXPECT_EQ(world.participant(ann).lowest("balance"), 100);
  EXPECT_EQ(node.journal.counters().fences, 8U);
  EXPECT_EQ(node.journal.counters().released, 1U);
  expect_at_rest(world, sequence, {ann});
}

TEST_F(ResolverTest, UsesNoSlotForAFence) {  // I3
  resolve(declare(world.payment(ann), 3));
  const auto entries = sound_entries(world, sequence);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries.back().tip.slot, Slot{});
  const auto sold = node.commit(payment_of(ann, "buy"));
  EXPECT_EQ(slot_of(sold), Slot{1});
}

TEST_F(ResolverTest, NeverBuysForTheUser) {  // S11
  const Operation operation = world.payment(ann);
  resolve(declare(operation, 2));
  for (const auto& stored : sound_entries(world, sequence)) EXPECT_TRUE(stored.entry->is_fence());
  EXPECT_FALSE(world.participant(ann).settlement(operation.intent));
}

TEST_F(ResolverTest, LeavesAHoldWhoseDriverLives) {  // S11: never unlock blindly
  const Operation operation = world.payment(ann);
  const Hold hold = declare(operation, 8);
  Entry entry = next_entry(sequence, empty_tip(sequence), world.clock.now());
  entry.operations = {operation};
  TaskGroup driver(world.io.get_executor());
  driver.spawn(claim_later(&world, write_entry(entry), patience - poll));
  EXPECT_EQ(resolve(hold), Resolution::committed);
  world.run(driver.join());
  EXPECT_EQ(node.journal.counters().fences, 0U);
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
  expect_at_rest(world, sequence, {ann});
}

TEST_F(ResolverTest, FinishesAHoldThatIsCommitted) {  // S11
  const Operation operation = world.payment(ann);
  world.claim(sequence, {});
  const Hold hold = declare(operation, 8);
  world.claim(sequence, {operation});
  const Steady before = world.clock.steady();
  EXPECT_EQ(resolve(hold), Resolution::committed);
  EXPECT_EQ(world.clock.steady(), before);
  EXPECT_EQ(node.journal.counters().helped, 1U);
  expect_at_rest(world, sequence, {ann});
}

TEST_F(ResolverTest, ReleasesWithoutWaitingIfOthersFilledTheWindow) {  // S11
  const Hold hold = declare(world.payment(ann), 2);
  const Key ben = world.orphan(sequence, "ben");
  const Key cem = world.orphan(sequence, "cem");
  const Steady before = world.clock.steady();
  EXPECT_EQ(resolve(hold), Resolution::released);
  EXPECT_EQ(world.clock.steady(), before);
  expect_at_rest(world, sequence, {ann, ben, cem});
}

TEST_F(ResolverTest, SeesAFenceThatAnotherPut) {
  const Hold hold = declare(world.payment(ann), 1);
  world.claim(sequence, {});
  EXPECT_EQ(resolve(hold), Resolution::released);
  EXPECT_EQ(node.journal.counters().fences, 0U);
}

TEST_F(ResolverTest, SaysWhenAnotherDecidedMeanwhile) {
  const Hold hold = declare(world.payment(ann), 8);
  Node other(world, 2);
  std::optional<Result<Resolution>> second;
  TaskGroup tasks(world.io.get_executor());
  tasks.spawn(resolve_in(&other.journal.resolver(), ann, hold, &second));
  const Resolution first = resolve(hold);
  world.run(tasks.join());
  EXPECT_NE(first == Resolution::released, second->value() == Resolution::released);
  EXPECT_EQ(node.journal.counters().fences + other.journal.counters().fences, 8U);
  expect_at_rest(world, sequence, {ann});
  EXPECT_EQ(resolve(hold), Resolution::gone);
}

TEST_F(ResolverTest, TakesNoFenceForGrantedThatIsUnknown) {
  const Hold hold = declare(world.payment(ann), 2);
  int adds = 0;
  world.store.fault = [&](const std::string& call, const Key&) {
    if (call != "add") return Fault::none;
    return ++adds % 2 == 0 ? Fault::unknown_lost : Fault::unknown_applied;
  };
  EXPECT_EQ(resolve(hold), Resolution::released);
  world.store.fault = nullptr;
  expect_at_rest(world, sequence, {ann});
}

TEST_F(ResolverTest, IsNotHarmedByAReadThatDeniesTheEntry) {  // S11: unlocking gives it away
  const Operation operation = world.payment(ann);
  const Hold hold = declare(operation, 8);
  world.claim(sequence, {operation});
  node.store.stale[sequence.entry(EntryNumber{1})] = {.shown = {}, .times = 25};
  EXPECT_EQ(resolve(hold), Resolution::committed);
  EXPECT_EQ(node.journal.counters().fences, 0U);
  expect_at_rest(world, sequence, {ann});
}

TEST_F(ResolverTest, ReleasesNoHoldOfAnotherWindow) {
  const Operation operation = world.payment(ann);
  const Hold hold = declare(operation, 8);
  Hold narrower = hold;
  narrower.last = EntryNumber{2};
  world.claim(sequence, {});
  world.claim(sequence, {});
  EXPECT_EQ(resolve(narrower), Resolution::gone);
  EXPECT_EQ(world.participant(ann).holds.size(), 1U);
}

TEST_F(ResolverTest, DecidesEveryHoldOfAnAccount) {  // S11 I9
  for (int n = 0; n < 3; ++n) declare(world.payment(ann), 8);
  EXPECT_EQ(world.participant(ann).lowest("balance"), 10);
  EXPECT_TRUE(world.run(resolver.resolve_all(ann)));
  expect_at_rest(world, sequence, {ann});
  EXPECT_TRUE(world.run(resolver.resolve_all(Key{"account/nobody"})));
}

}  // namespace
}  // namespace posse
