/// Tests of receipt, settle and publish.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "journal_world.h"

namespace posse {
namespace {

Task<void> deposit(Participants* node, Key key) {
  Decision decision = [](Participant& participant) {
    participant.change("balance", 1000);
    return Verdict::write;
  };
  const auto updated = co_await node->update(std::move(key), std::move(decision));
  EXPECT_TRUE(updated);
}

Task<void> complete_in(Finisher* finisher, std::shared_ptr<const Entry> entry) {
  const auto completed = co_await finisher->complete(std::move(entry));
  EXPECT_TRUE(completed);
}

Task<void> publish_in(Finisher* finisher, Sequence sequence, EntryNumber entry) {
  const auto published = co_await finisher->publish(std::move(sequence), entry);
  EXPECT_TRUE(published);
}

struct FinisherTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  Finisher& finisher = world.books.finisher;
  Books others{world.store, world.clock, world.random, world.io.get_executor()};

  void SetUp() override { world.create(sequence); }

  /// A payment of `account`, claimed by a driver who is dead now.
  StoredEntry orphan(const Key& account) {
    const Operation operation = world.payment(account);
    world.declare(sequence, operation);
    return world.claim(sequence, {operation});
  }

  std::optional<Document> document(const Key& key) {
    return world.run(world.store.get(key)).value();
  }

  void expect_settled(const Key& account, std::int64_t balance) {
    const Participant participant = world.participant(account);
    EXPECT_EQ(participant.value("balance"), balance);
    EXPECT_TRUE(participant.holds.empty());
    EXPECT_EQ(participant.settled.size(), 1U);
  }
};

TEST_F(FinisherTest, AddsTheReceiptBeforeItSettles) {  // S9 I5
  const auto entry = orphan(world.account("ann")).entry;
  std::vector<std::string> writes;
  world.store.fault = [&](const std::string& call, const Key& key) {
    if (call != "get") writes.push_back(call + " " + key.text());
    return Fault::none;
  };
  ASSERT_TRUE(world.run(finisher.finish(sequence, entry->number)));
  EXPECT_EQ(writes, (std::vector<std::string>{"add journal/1/receipt/000000000001",
                                              "cas account/ann", "cas journal/1"}));
}

TEST_F(FinisherTest, SettlesNothingWithoutItsReceipt) {  // I5
  const Key ann = world.account("ann");
  const auto entry = orphan(ann).entry;
  for (const Fault fault : {Fault::unavailable, Fault::unknown_lost}) {
    world.store.fault = [&](const std::string& call, const Key&) {
      return call == "add" ? fault : Fault::none;
    };
    const auto completed = world.run(finisher.complete(entry));
    ASSERT_FALSE(completed);
    EXPECT_EQ(completed.error().code, Errc::unavailable);
  }
  EXPECT_EQ(world.participant(ann).holds.size(), 1U);
  EXPECT_EQ(world.participant(ann).value("balance"), 100);
}

TEST_F(FinisherTest, KeepsADepositThatCameInBetween) {  // S7 I5
  const Key ann = world.account("ann");
  const auto entry = orphan(ann).entry;
  bool first = true;
  auto meanwhile = [&](const std::string& call, Key key) -> Task<void> {
    if (call != "cas" || key != ann || !std::exchange(first, false)) return nothing();
    return deposit(&others.participants, std::move(key));
  };
  world.store.meanwhile = meanwhile;
  ASSERT_TRUE(world.run(finisher.complete(entry)));
  world.store.meanwhile = nullptr;
  expect_settled(ann, 1070);
}

TEST_F(FinisherTest, DebitsOnceIfAnotherSettlesInBetween) {  // S7 I5
  const Key ann = world.account("ann");
  const auto entry = orphan(ann).entry;
  bool first = true;
  auto meanwhile = [&](const std::string& call, const Key& key) -> Task<void> {
    if (call != "cas" || key != ann || !std::exchange(first, false)) return nothing();
    return complete_in(&others.finisher, entry);
  };
  world.store.meanwhile = meanwhile;
  ASSERT_TRUE(world.run(finisher.complete(entry)));
  world.store.meanwhile = nullptr;
  EXPECT_FALSE(first);
  expect_settled(ann, 70);
}

TEST_F(FinisherTest, WritesNothingTheSecondTime) {  // S4 S7
  const auto entry = orphan(world.account("ann")).entry;
  ASSERT_TRUE(world.run(finisher.finish(sequence, entry->number)));
  world.store.calls.clear();
  ASSERT_TRUE(world.run(finisher.finish(sequence, entry->number)));
  EXPECT_EQ(world.store.writes(), 0);
  ASSERT_TRUE(world.run(others.finisher.complete(entry)));
  EXPECT_EQ(world.store.calls["cas"], 0);
  EXPECT_EQ(others.counters.settled, 0U);
}

TEST_F(FinisherTest, SettlesManyOperationsOnOneParticipantByOneSwap) {  // I5
  const Key ann = world.account("ann");
  std::vector<Operation> operations;
  for (int n = 0; n < 3; ++n) {
    operations.push_back(world.payment(ann));
    world.declare(sequence, operations.back());
  }
  const auto entry = world.claim(sequence, operations).entry;
  world.store.calls.clear();
  ASSERT_TRUE(world.run(finisher.complete(entry)));
  EXPECT_EQ(world.store.calls["cas"], 1);
  EXPECT_EQ(world.participant(ann).value("balance"), 10);
  EXPECT_EQ(world.participant(ann).settled.size(), 3U);
}

TEST_F(FinisherTest, LeavesAFenceAlone) {
  const auto entry = world.claim(sequence, {}).entry;
  world.store.calls.clear();
  ASSERT_TRUE(world.run(finisher.complete(entry)));
  EXPECT_TRUE(world.store.calls.empty());
  ASSERT_TRUE(world.run(finisher.publish(sequence, entry->number)));
  EXPECT_EQ(world.head(sequence), entry->number);
}

TEST_F(FinisherTest, RaisesTheAlarmOnlyAfterAWriteThatTheStoreAccepts) {  // S8
  const Key ann = world.account("ann");
  const auto entry = world.claim(sequence, {world.payment(ann)}).entry;  // never declared
  const std::string before = world.bytes(ann);
  world.store.calls.clear();
  const auto completed = world.run(finisher.complete(entry));
  ASSERT_FALSE(completed);
  EXPECT_EQ(completed.error().code, Errc::books_broken);
  EXPECT_EQ(world.store.calls["cas"], 1);
  EXPECT_EQ(world.bytes(ann), before);
  ASSERT_EQ(world.books.counters.alarms.size(), 1U);
  EXPECT_EQ(*world.books.counters.alarms.begin(), completed.error().detail);
  EXPECT_EQ(completed.error().detail, "account/ann neither holds nor has settled " +
                                          entry->operations[0].intent.text() +
                                          ", which journal/1/entry/000000000001 committed");
}

TEST_F(FinisherTest, RaisesNoAlarmWhileTheConfirmationIsNotAccepted) {  // S8
  const auto entry = world.claim(sequence, {world.payment(world.account("ann"))}).entry;
  for (const Fault fault : {Fault::unavailable, Fault::unknown_lost}) {
    world.store.fault = [&](const std::string& call, const Key&) {
      return call == "cas" ? fault : Fault::none;
    };
    const auto completed = world.run(finisher.complete(entry));
    ASSERT_FALSE(completed);
    EXPECT_NE(completed.error().code, Errc::books_broken);
    EXPECT_TRUE(world.books.counters.alarms.empty());
  }
}

TEST_F(FinisherTest, RaisesNoAlarmOverReadsFromBeforeTheHold) {  // S8: an absence proves nothing
  const Key ann = world.account("ann");
  const auto before = document(ann);
  const auto entry = orphan(ann).entry;
  for (const int times : {3, 2, 1}) {  // only the first still finds the hold
    Node node(world);
    node.store.stale[ann] = {.shown = before, .times = times};
    EXPECT_TRUE(world.run(node.journal.finisher().complete(entry)));
    EXPECT_TRUE(node.journal.counters().alarms.empty());
    expect_settled(ann, 70);
  }
}

TEST_F(FinisherTest, RaisesNoAlarmIfAPageHasTheSettlement) {  // S8 I5
  const Key ann = world.account("ann");
  const auto first = orphan(ann).entry;
  ASSERT_TRUE(world.run(finisher.complete(first)));
  for (int n = 0; n < 40; ++n) {
    Decision decision = [&](Participant& participant) {
      const Intent intent = Intent::attempt(request_key("x", std::to_string(n), {}), world.random);
      participant.settled.push_back(
          {.intent = intent, .sequence = sequence, .entry = EntryNumber{2}, .issued = {}});
      return Verdict::write;
    };
    ASSERT_TRUE(world.run(others.participants.update(ann, decision)));
  }
  ASSERT_FALSE(world.participant(ann).settlement(first->operations[0].intent));
  world.store.calls.clear();
  EXPECT_TRUE(world.run(others.finisher.complete(first)));
  EXPECT_EQ(world.store.calls["cas"], 0);
  EXPECT_TRUE(others.counters.alarms.empty());
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
}

TEST_F(FinisherTest, FinishesThePredecessorsFirst) {  // I6
  std::vector<Key> accounts;
  for (const auto* name : {"ann", "ben", "cem"}) accounts.push_back(world.account(name));
  for (const auto& account : accounts) orphan(account);
  ASSERT_TRUE(world.run(finisher.finish(sequence, EntryNumber{3})));
  expect_at_rest(world, sequence, accounts);
}

TEST_F(FinisherTest, StopsTheHeadBeforeAnEntryThatItCannotSettle) {  // I6
  const Key ann = world.account("ann");
  const Key ben = world.account("ben");
  orphan(ann);
  orphan(ben);
  world.store.fault = [&](const std::string& call, const Key& key) {
    return call == "cas" && key == ann ? Fault::unavailable : Fault::none;
  };
  EXPECT_FALSE(world.run(finisher.finish(sequence, EntryNumber{2})));
  EXPECT_EQ(world.head(sequence), EntryNumber{});
  expect_settled(ben, 70);  // whoever waits for the second does not wait for the first
}

TEST_F(FinisherTest, NeverMovesTheHeadBack) {  // S9 I7
  const auto first = orphan(world.account("ann"));
  orphan(world.account("ben"));
  bool once = true;
  auto meanwhile = [&](const std::string& call, const Key& key) -> Task<void> {
    if (call != "cas" || key != sequence.head() || !std::exchange(once, false)) return nothing();
    return publish_in(&others.finisher, sequence, EntryNumber{2});
  };
  world.store.meanwhile = meanwhile;
  ASSERT_TRUE(world.run(finisher.publish(sequence, first.entry->number)));
  world.store.meanwhile = nullptr;
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
  ASSERT_TRUE(world.run(finisher.publish(sequence, first.entry->number)));
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
}

TEST_F(FinisherTest, ReadsAgainAnEntryThatAStaleReadDenies) {
  const Key ann = world.account("ann");
  orphan(ann);
  Node node(world);
  node.store.stale[sequence.entry(EntryNumber{1})] = {.shown = {}, .times = 3};
  EXPECT_TRUE(world.run(node.journal.finisher().finish(sequence, EntryNumber{1})));
  expect_settled(ann, 70);
}

TEST_F(FinisherTest, LeavesEffectsAloneThatItDoesNotKnow) {  // S12
  const Key ann = world.account("ann");
  Operation operation = world.payment(ann);
  world.declare(sequence, operation);
  operation.effects[0].kind = "teleport";
  const auto entry = world.claim(sequence, {operation}).entry;
  world.store.calls.clear();
  const auto completed = world.run(finisher.complete(entry));
  ASSERT_FALSE(completed);
  EXPECT_EQ(completed.error().code, Errc::unreadable);
  EXPECT_NE(completed.error().detail.find("`teleport`"), std::string::npos);
  EXPECT_EQ(world.store.writes(), 0);
}

}  // namespace
}  // namespace posse
