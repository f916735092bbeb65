/// Tests of the recovery round.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/task_group.h"
#include "patrol/round.h"
#include "patrol_world.h"

namespace posse {
namespace {

struct RoundTest : testing::Test {
  World world;
  Sequence sequence{"campaign/a"};
  Round round{world.books.sequences, world.books.finisher, world.clock};

  void SetUp() override { world.create(sequence); }

  /// The payment of `account` is in the books, completely.
  void expect_settled(const Key& account, EntryNumber entry) {
    const Participant participant = world.participant(account);
    EXPECT_EQ(participant.value("balance"), 70);
    EXPECT_TRUE(participant.holds.empty());
    ASSERT_EQ(participant.settled.size(), 1U);
    EXPECT_EQ(participant.settled.at(0).entry, entry);
    EXPECT_FALSE(world.bytes(sequence.receipt(entry)).empty());
    EXPECT_GE(world.head(sequence), entry);
  }
};

Task<void> run_round(Round* round, Sequence sequence, Found* found) {
  *found = co_await round->run(std::move(sequence));
}

/// A driver that needs a while.
Task<void> finish_later(World* world, Sequence sequence, std::chrono::milliseconds pause) {
  co_await world->clock.sleep(pause);
  const auto finished = co_await world->books.finisher.finish(sequence, EntryNumber{1});
  EXPECT_TRUE(finished);
}

TEST_F(RoundTest, LooksTwiceAtAQuietSequenceAndWaitsForNobody)  // S3 S6
{
  world.store.calls.clear();
  const Steady before = world.clock.steady();
  const Found found = world.run(round.run(sequence));
  EXPECT_TRUE(found.quiet);
  EXPECT_FALSE(found.failure);
  EXPECT_EQ(found.finished, 0U);
  EXPECT_EQ(world.store.calls["get"], 2);
  EXPECT_EQ(world.store.writes(), 0);
  EXPECT_EQ(world.clock.steady(), before);
}

TEST_F(RoundTest, FindsNothingInAJournalThatIsNotThereYet)  // S12
{
  const Found found = world.run(round.run(generic_journal(3)));
  EXPECT_TRUE(found.quiet);
  EXPECT_FALSE(found.failure);
}

TEST_F(RoundTest, FinishesTheEntryOfADeadDriver)  // S6 S10 I5 I6
{
  const Key account = world.orphan(sequence, "ann");
  const Time claimed = world.clock.now();
  const Steady before = world.clock.steady();
  const Found found = world.run(round.run(sequence));
  EXPECT_EQ(found.finished, 1U);
  EXPECT_FALSE(found.quiet);
  EXPECT_FALSE(found.failure);
  ASSERT_TRUE(found.unsettled);
  EXPECT_EQ(*found.unsettled, claimed);
  EXPECT_EQ(world.clock.steady() - before, courtesy);
  expect_settled(account, EntryNumber{1});
}

TEST_F(RoundTest, WaitsOnceForATailThatOneDeadDriverLeft)  // S10
{
  for (int n = 0; n < 32; ++n) world.claim(sequence, {});
  const Steady before = world.clock.steady();
  const Found found = world.run(round.run(sequence));
  EXPECT_EQ(found.finished, 32U);
  EXPECT_EQ(world.head(sequence), EntryNumber{32});
  EXPECT_EQ(world.clock.steady() - before, courtesy);
}

TEST_F(RoundTest, FinishesAllEntriesInTheirOrderAndFencesToo)  // S6 I6
{
  std::vector<Key> accounts;
  for (const auto* name : {"ann", "ben"}) accounts.push_back(world.orphan(sequence, name));
  world.claim(sequence, {});
  accounts.push_back(world.orphan(sequence, "cem"));
  const Found found = world.run(round.run(sequence));
  EXPECT_EQ(found.finished, 4U);
  EXPECT_EQ(world.head(sequence), EntryNumber{4});
  expect_settled(accounts[0], EntryNumber{1});
  expect_settled(accounts[1], EntryNumber{2});
  expect_settled(accounts[2], EntryNumber{4});
}

TEST_F(RoundTest, GoesOnWhereverAnotherStopped)  // S4 S6 S7
{
  enum class Stage : std::uint8_t { claimed, receipt, settled, published };
  for (const Stage stage : {Stage::claimed, Stage::receipt, Stage::settled, Stage::published}) {
    World other;
    other.create(sequence);
    const Key account = other.account("ann");
    const Operation operation = other.payment(account);
    other.declare(sequence, operation);
    const auto stored = other.claim(sequence, {operation});
    if (stage >= Stage::receipt) {
      ASSERT_TRUE(other.run(other.books.sequences.add_receipt(stored.entry)));
    }
    if (stage >= Stage::settled) {
      ASSERT_TRUE(other.run(other.books.finisher.complete(stored.entry)));
    }
    if (stage >= Stage::published) {
      ASSERT_TRUE(other.run(other.books.finisher.publish(sequence, EntryNumber{1})));
    }
    Round second(other.books.sequences, other.books.finisher, other.clock);
    const Found found = other.run(second.run(sequence));
    EXPECT_FALSE(found.failure);
    EXPECT_EQ(other.participant(account).value("balance"), 70);
    EXPECT_EQ(other.head(sequence), EntryNumber{1});
  }
}

TEST_F(RoundTest, LeavesALivingDriverAlone)  // S6
{
  const Key account = world.orphan(sequence, "ann");
  TaskGroup driver(world.io.get_executor());
  driver.spawn(finish_later(&world, sequence, courtesy / 2));
  const Found found = world.run(round.run(sequence));
  world.run(driver.join());
  EXPECT_EQ(found.finished, 0U);
  EXPECT_FALSE(found.unsettled);
  EXPECT_FALSE(found.quiet);
  EXPECT_FALSE(found.failure);
  expect_settled(account, EntryNumber{1});
}

TEST_F(RoundTest, DoesNotWaitIfTheHeadHasMovedMeanwhile)  // S6
{
  const Key account = world.orphan(sequence, "ann");
  int looks = 0;
  auto driver = [&](std::string call, Key key) -> Task<void> {
    if (call != "get" || key != sequence.head() || ++looks != 2) return nothing();
    return finish_later(&world, sequence, 0ms);
  };
  world.store.meanwhile = driver;
  const Steady before = world.clock.steady();
  const Found found = world.run(round.run(sequence));
  world.store.meanwhile = nullptr;
  EXPECT_GE(looks, 2);
  EXPECT_EQ(world.clock.steady(), before);
  EXPECT_EQ(found.finished, 0U);
  EXPECT_FALSE(found.unsettled);
  EXPECT_FALSE(found.failure);
  expect_settled(account, EntryNumber{1});
}

TEST_F(RoundTest, MayBeRunByEverybodyAtOnce)  // S4 S7 I5
{
  std::vector<Key> accounts;
  for (const auto* name : {"ann", "ben", "cem"}) accounts.push_back(world.orphan(sequence, name));
  std::vector<std::unique_ptr<Books>> nodes;
  std::vector<std::unique_ptr<Round>> rounds;
  std::vector<Found> found(8);
  TaskGroup tasks(world.io.get_executor());
  for (auto& one : found) {
    nodes.push_back(
        std::make_unique<Books>(world.store, world.clock, world.random, world.io.get_executor()));
    rounds.push_back(
        std::make_unique<Round>(nodes.back()->sequences, nodes.back()->finisher, world.clock));
    tasks.spawn(run_round(rounds.back().get(), sequence, &one));
  }
  world.run(tasks.join());
  for (const auto& one : found) {
    EXPECT_FALSE(one.failure) << one.failure->detail;
  }
  EXPECT_EQ(world.head(sequence), EntryNumber{3});
  for (std::uint64_t n = 0; n < 3; ++n) expect_settled(accounts[n], EntryNumber{n + 1});
}

TEST_F(RoundTest, ChangesNothingTheSecondTime)  // S4 S7
{
  const Key account = world.orphan(sequence, "ann");
  EXPECT_EQ(world.run(round.run(sequence)).finished, 1U);
  const std::string before = world.bytes(account);
  world.store.calls.clear();
  const Found again = world.run(round.run(sequence));
  EXPECT_TRUE(again.quiet);
  EXPECT_EQ(world.store.writes(), 0);
  EXPECT_EQ(world.bytes(account), before);
}

TEST_F(RoundTest, RaisesTheAlarmAndTouchesNothing)  // S8
{
  const Key account = world.account("ann");
  world.claim(sequence, {world.payment(account)});  // and nobody had declared it
  const std::string before = world.bytes(account);
  const Found found = world.run(round.run(sequence));
  ASSERT_TRUE(found.failure);
  EXPECT_EQ(found.failure->code, Errc::books_broken);
  EXPECT_NE(found.failure->detail.find("account/ann"), std::string::npos);
  EXPECT_EQ(found.finished, 0U);
  EXPECT_FALSE(found.quiet);
  EXPECT_EQ(world.bytes(account), before);
  EXPECT_EQ(world.head(sequence), EntryNumber{});
}

TEST_F(RoundTest, RaisesTheAlarmForAParticipantThatIsNotThere)  // S8
{
  world.claim(sequence, {world.payment(Key{"account/nobody"})});
  const Found found = world.run(round.run(sequence));
  ASSERT_TRUE(found.failure);
  EXPECT_EQ(found.failure->code, Errc::books_broken);
  EXPECT_TRUE(world.bytes(Key{"account/nobody"}).empty());
  EXPECT_EQ(world.head(sequence), EntryNumber{});
}

TEST_F(RoundTest, LeavesAFailureToTheNextOne)  // S4 S7
{
  std::vector<Key> accounts;
  for (const auto* name : {"ann", "ben"}) accounts.push_back(world.orphan(sequence, name));
  world.store.fault = [&](const std::string& call, const Key& key) {
    const bool hit = call == "cas" && key == accounts[1];
    return hit ? Fault::unavailable : Fault::none;
  };
  const Found found = world.run(round.run(sequence));
  ASSERT_TRUE(found.failure);
  EXPECT_EQ(found.failure->code, Errc::unavailable);
  EXPECT_EQ(found.finished, 1U);
  world.store.fault = nullptr;
  const Found next = world.run(round.run(sequence));
  EXPECT_FALSE(next.failure);
  EXPECT_EQ(next.finished, 1U);
  expect_settled(accounts[0], EntryNumber{1});
  expect_settled(accounts[1], EntryNumber{2});
}

TEST_F(RoundTest, IsRightWhateverWriteIsNotAnswered)  // S4 S7 I5 I6
{
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    for (int at = 0; at < 3; ++at) {  // receipt, settle, publish
      World other;
      other.create(sequence);
      const Key account = other.orphan(sequence, "ann");
      int write = 0;
      other.store.fault = [&](const std::string& call, const Key&) {
        if (call == "get") return Fault::none;
        return write++ == at ? fault : Fault::none;
      };
      Round other_round(other.books.sequences, other.books.finisher, other.clock);
      const Found found = other.run(other_round.run(sequence));
      EXPECT_FALSE(found.failure);
      EXPECT_GT(write, at);
      EXPECT_EQ(other.participant(account).value("balance"), 70);
      EXPECT_EQ(other.head(sequence), EntryNumber{1});
    }
  }
}

TEST_F(RoundTest, EndsAfterItsEntryWhenItIsStopped)  // S4
{
  for (const auto* name : {"ann", "ben", "cem"}) world.orphan(sequence, name);
  TaskGroup tasks(world.io.get_executor());
  Found found;
  tasks.spawn(run_round(&round, sequence, &found));
  world.pass(courtesy / 2);
  round.stop();
  world.run(tasks.join());
  EXPECT_EQ(found.finished, 1U);
  EXPECT_EQ(world.head(sequence), EntryNumber{1});
}

TEST_F(RoundTest, LetsOthersInAfterManyEntries)  // S10
{
  for (std::uint64_t n = 0; n < round_entries_max + 1; ++n) world.claim(sequence, {});
  EXPECT_EQ(world.run(round.run(sequence)).finished, round_entries_max);
  EXPECT_EQ(world.run(round.run(sequence)).finished, 1U);
}

}  // namespace
}  // namespace posse
