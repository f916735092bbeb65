/// Tests of nodes that die at any call, and of calls whose outcome nobody knows: the books stay
/// right, and nobody stays locked.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "journal_world.h"

namespace posse {
namespace {

/// The call that claims: after the head, its next entry, the account, and the hold put in.
constexpr int claim_call = 4;

/// Two accounts and a journal to move money in.
struct Scene {
  World world;
  Sequence sequence{"journal/1"};
  Key ann;
  Key ben;

  Scene() {
    world.create(sequence);
    ann = world.account("ann");
    ben = world.account("ben");
  }

  Order order(bool transfer) const {
    return transfer ? transfer_of(ann, ben, "move") : payment_of(ann, "move");
  }
  std::vector<Key> accounts() const { return {ann, ben}; }

  /// After all recovery: committed or not, but as a whole, and the same request says so for ever.
  void expect_whole(const Order& order, bool was_acknowledged) {
    expect_at_rest(world, sequence, accounts());
    const std::int64_t balance = world.participant(ann).value("balance");
    const bool happened = balance == 70;
    EXPECT_TRUE(happened || !was_acknowledged);
    {
      Node asked(world, 50);
      const Outcome again = asked.commit(order);
      ASSERT_NE(committed(again), nullptr) << refusal_code(again);
      EXPECT_EQ(committed(again)->repeated, happened);
    }
    expect_at_rest(world, sequence, accounts());
    EXPECT_EQ(world.participant(ann).value("balance"), 70);
  }
};

/// Store calls of one order that nothing disturbs.
int calls_of_an_order(bool transfer) {
  Scene scene;
  Node node(scene.world);
  node.commit(scene.order(transfer));
  node.close();
  return node.store.calls();
}

void die_at(int call, LastCall last, bool transfer) {
  SCOPED_TRACE("dies at call " + std::to_string(call));
  Scene scene;
  const Order order = scene.order(transfer);
  std::optional<Result<Outcome>> outcome;
  Node node(scene.world);
  node.store.die_at(call, last);
  node.start(order, &outcome);
  scene.world.pass(200ms);
  EXPECT_TRUE(node.store.is_dead());
  const bool acknowledged = outcome && *outcome && committed(**outcome) != nullptr;
  recover(scene.world, scene.sequence, scene.accounts());
  scene.expect_whole(order, acknowledged);
}

TEST(Crash, AtEveryCallOfAPaymentLeavesTheBooksRightAndNobodyStuck) {  // S9 S10 S11 I9 I10
  const int calls = calls_of_an_order(false);
  EXPECT_GE(calls, 8);
  for (const LastCall last : {LastCall::lost, LastCall::applied}) {
    for (int call = 0; call < calls; ++call) die_at(call, last, false);
  }
}

TEST(Crash, AtEveryCallOfATransferMovesAllOrNothing) {  // S12 I8 I9 I10
  const int calls = calls_of_an_order(true);
  EXPECT_GT(calls, calls_of_an_order(false));
  for (const LastCall last : {LastCall::lost, LastCall::applied}) {
    for (int call = 0; call < calls; ++call) die_at(call, last, true);
  }
}

TEST(Crash, OfTheRecovererIsRecoveredByTheNext) {  // S4 I9
  for (int call = 0;; ++call) {
    SCOPED_TRACE("the recoverer dies at call " + std::to_string(call));
    Scene scene;
    const Order order = scene.order(true);
    std::optional<Result<Outcome>> outcome;
    std::optional<Result<Outcome>> other;
    Node node(scene.world);
    node.store.die_at(calls_of_an_order(true) / 2, LastCall::applied);
    node.start(order, &outcome);
    scene.world.pass(200ms);
    Node second(scene.world, 2);
    second.store.die_at(call, LastCall::applied);
    second.start(order, &other);
    scene.world.pass(3000ms);
    const bool died = second.store.is_dead();
    recover(scene.world, scene.sequence, scene.accounts());
    const bool acknowledged = other && *other && committed(**other) != nullptr;
    scene.expect_whole(order, acknowledged);
    if (!died) break;
    ASSERT_LT(call, 200);
  }
}

/// One call is answered by `fault`, the node lives.
void meet(int call, Fault fault, bool transfer) {
  SCOPED_TRACE("at call " + std::to_string(call));
  Scene scene;
  const Order order = scene.order(transfer);
  bool acknowledged = false;
  {
    Node node(scene.world);
    int calls = 0;
    scene.world.store.fault = [&](const std::string&, const Key&) {
      return calls++ == call ? fault : Fault::none;
    };
    const auto outcome = scene.world.run(node.journal.commit(order));
    acknowledged = outcome && committed(*outcome) != nullptr;
    EXPECT_TRUE(acknowledged || fault == Fault::unavailable);
    node.close();
    EXPECT_GT(calls, call);
    scene.world.store.fault = nullptr;
  }
  recover(scene.world, scene.sequence, scene.accounts());
  scene.expect_whole(order, acknowledged);
}

TEST(UnknownOutcome, OfAnyWriteOfATransferIsFoundOut) {  // S7 I2 I5 I8 I10
  const int calls = calls_of_an_order(true);
  for (int call = 0; call < calls; ++call) {
    Scene scene;
    bool is_write = false;
    int count = 0;
    scene.world.store.fault = [&](const std::string& kind, const Key&) {
      if (count++ == call) is_write = kind != "get";
      return Fault::none;
    };
    {
      Node node(scene.world);
      node.commit(scene.order(true));
    }
    if (!is_write) continue;
    for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) meet(call, fault, true);
  }
}

TEST(Failure, OfAnyCallOfATransferLeavesTheBooksRight) {  // S7 I8 I9 I10
  const int calls = calls_of_an_order(true);
  for (int call = 0; call < calls; ++call) meet(call, Fault::unavailable, true);
}

/// The first answer that is unknown is the last one the node gets but one.
TEST(UnknownOutcome, FollowedByACrashLeavesTheBooksRight) {  // S9 I9
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    for (int call = 0; call < calls_of_an_order(true); ++call) {
      for (const LastCall last : {LastCall::lost, LastCall::applied}) {
        SCOPED_TRACE("at call " + std::to_string(call));
        Scene scene;
        const Order order = scene.order(true);
        std::optional<Result<Outcome>> outcome;
        int calls = 0;
        scene.world.store.fault = [&](const std::string& kind, const Key&) {
          return calls++ == call && kind != "get" ? fault : Fault::none;
        };
        Node node(scene.world);
        node.store.die_at(call + 1, last);
        node.start(order, &outcome);
        scene.world.pass(500ms);
        scene.world.store.fault = nullptr;
        const bool acknowledged = outcome && *outcome && committed(**outcome) != nullptr;
        recover(scene.world, scene.sequence, scene.accounts());
        scene.expect_whole(order, acknowledged);
      }
    }
  }
}

TEST(Crash, DelaysTheNextPurchaseOfTheAccountByAboutASecond) {  // S10 S11
  Scene scene;
  std::optional<Result<Outcome>> outcome;
  Node dead(scene.world);
  dead.store.die_at(claim_call, LastCall::lost);
  dead.start(payment_of(scene.ann, "first", 80), &outcome);
  scene.world.pass(50ms);
  ASSERT_EQ(scene.world.participant(scene.ann).lowest("balance"), 20);
  Node node(scene.world, 2);
  const Steady before = scene.world.clock.steady();
  const Outcome bought = node.commit(payment_of(scene.ann, "second", 80));
  const auto waited = scene.world.clock.steady() - before;
  ASSERT_NE(committed(bought), nullptr) << refusal_code(bought);
  EXPECT_GE(waited, 1000ms);
  EXPECT_LE(waited, 1500ms);
  node.close();
  expect_at_rest(scene.world, scene.sequence, {scene.ann});
}

TEST(Crash, DelaysNobodyWhoseFundsSuffice) {  // S10
  Scene scene;
  std::optional<Result<Outcome>> outcome;
  Node dead(scene.world);
  dead.store.die_at(claim_call, LastCall::lost);
  dead.start(payment_of(scene.ann, "first"), &outcome);
  scene.world.pass(50ms);
  ASSERT_EQ(scene.world.participant(scene.ann).holds.size(), 1U);
  Node node(scene.world, 2);
  const Steady before = scene.world.clock.steady();
  const Outcome bought = node.commit(payment_of(scene.ann, "second"));
  EXPECT_NE(committed(bought), nullptr);
  EXPECT_EQ(scene.world.clock.steady(), before);
  node.close();  // the dead one's hold is decided behind it
  expect_at_rest(scene.world, scene.sequence, {scene.ann});
}

}  // namespace
}  // namespace posse
