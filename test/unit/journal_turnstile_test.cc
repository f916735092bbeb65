/// Tests of claiming entries: batches, lost positions, adds whose outcome is not known.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "journal_world.h"

namespace posse {
namespace {

using Answer = std::optional<Result<Outcome>>;

struct TurnstileTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  std::vector<Key> accounts;
  std::unique_ptr<Node> node = std::make_unique<Node>(world);

  void SetUp() override { world.create(sequence); }

  Key account(const std::string& name) {
    accounts.push_back(world.account(name));
    return accounts.back();
  }

  /// Orders of `count` accounts, started together.
  std::vector<Answer> buy(std::size_t count) {
    std::vector<Answer> answers(count);
    for (std::size_t n = 0; n < count; ++n) account("a" + std::to_string(n));
    for (std::size_t n = 0; n < count; ++n) {
      node->start(payment_of(accounts[n], "buy"), &answers[n]);
    }
    node->close();
    return answers;
  }

  static bool is_entry(const Key& key) { return key.text().find("/entry/") != std::string::npos; }

  /// A fence of others comes first at the next `times` positions that this node tries.
  void lose(int times) {
    world.store.meanwhile = [this, times, tip = empty_tip(sequence), inside = false](
                                const std::string& call, Key key) mutable -> Task<void> {
      if (call != "add" || !is_entry(key) || inside || times == 0) return nothing();
      --times;
      const Entry fence = next_entry(sequence, tip, world.clock.now());
      if (sequence.entry(fence.number) != key) return nothing();
      const Bytes bytes = write_entry(fence);
      tip = fence.tip(bytes);
      inside = true;
      return take_first(&world.store, std::move(key), bytes, &inside);
    };
  }

  static Task<void> take_first(Store* store, Key key, Bytes entry, bool* inside) {
    const auto added = co_await store->add(std::move(key), std::move(entry));
    EXPECT_TRUE(added && added->answer == Write::done);
    *inside = false;
  }

  void expect_books_at_rest() {
    world.store.meanwhile = nullptr;
    world.store.fault = nullptr;
    node.reset();
    expect_at_rest(world, sequence, accounts);
  }
};

TEST_F(TurnstileTest, ClaimsOneEntryForAllThatWait) {  // S9 I3
  const auto answers = buy(20);
  for (const auto& answer : answers) ASSERT_TRUE(answer && *answer && committed(**answer));
  const auto entries = sound_entries(world, sequence);
  EXPECT_LE(entries.size(), 2U);
  EXPECT_EQ(entries.back().tip.slot, Slot{20});
  EXPECT_EQ(node->journal.counters().operations, 20U);
  expect_books_at_rest();
}

TEST_F(TurnstileTest, PutsNoMoreIntoAnEntryThanItMayHold) {
  buy(entry_operations_max + 10);
  std::size_t operations = 0;
  for (const auto& stored : sound_entries(world, sequence)) {
    EXPECT_LE(stored.entry->operations.size(), entry_operations_max);
    operations += stored.entry->operations.size();
  }
  EXPECT_EQ(operations, entry_operations_max + 10);
}

TEST_F(TurnstileTest, TakesTheNextPositionWhenItLosesOne) {  // S7 I2
  lose(3);
  const auto answers = buy(5);
  for (const auto& answer : answers) ASSERT_TRUE(answer && *answer && committed(**answer));
  EXPECT_EQ(node->journal.counters().lost_claims, 3U);
  EXPECT_EQ(committed(**answers[0])->entry->number, EntryNumber{4});
  EXPECT_EQ(slot_of(**answers[0]), Slot{1});
  expect_books_at_rest();
}

TEST_F(TurnstileTest, DeclaresAgainWithWiderWindowsWhenTheFirstHasPassed) {
  const int lost = static_cast<int>(window_entries + 2 * window_entries) + 1;
  lose(lost);
  const Key ann = account("ann");
  Answer answer;
  node->start(payment_of(ann, "buy"), &answer);
  std::set<std::pair<EntryNumber, EntryNumber>> seen;
  while (!answer) {
    for (const auto& hold : world.participant(ann).holds) seen.emplace(hold.first, hold.last);
  }
  const std::set<std::pair<EntryNumber, EntryNumber>> expected{{EntryNumber{1}, EntryNumber{8}},
                                                               {EntryNumber{9}, EntryNumber{24}},
                                                               {EntryNumber{25}, EntryNumber{56}}};
  EXPECT_EQ(seen, expected);
  ASSERT_TRUE(*answer && committed(**answer));
  EXPECT_EQ(committed(**answer)->entry->number, EntryNumber{static_cast<std::uint64_t>(lost) + 1});
  node->close();
  expect_books_at_rest();
}

TEST_F(TurnstileTest, TellsThatItIsBusyAfterTheLastWindow) {  // I10
  lose(-1);
  const Outcome outcome = node->commit(payment_of(account("ann"), "buy"));
  EXPECT_EQ(refusal_code(outcome), "busy");
  EXPECT_EQ(world.participant(accounts[0]).lowest("balance"), 100);  // nothing is held any more
  EXPECT_EQ(sound_entries(world, sequence).size(), 8U + 16 + 32 + 5 * 64);
}

TEST_F(TurnstileTest, RepeatsAnUnknownAddAtTheSamePositionOnly) {  // I2
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    std::vector<std::string> tried;
    world.store.fault = [&](const std::string& call, const Key& key) {
      if (call != "add" || !is_entry(key)) return Fault::none;
      tried.push_back(key.text());
      return tried.size() <= 3 ? fault : Fault::none;
    };
    const Key buyer = account(fault == Fault::unknown_applied ? "ann" : "ben");
    const Outcome outcome = node->commit(payment_of(buyer, "buy"));
    world.store.fault = nullptr;
    ASSERT_NE(committed(outcome), nullptr);
    EXPECT_EQ(tried.size(), 4U);
    for (const auto& key : tried) EXPECT_EQ(key, tried[0]);
  }
  EXPECT_EQ(node->journal.counters().operations, 2U);
  EXPECT_EQ(node->journal.counters().lost_claims, 0U);
  EXPECT_EQ(sound_entries(world, sequence).size(), 2U);
  expect_books_at_rest();
}

TEST_F(TurnstileTest, GoesOnWhenAnUnknownAddTurnsOutLost) {  // I2
  int adds = 0;
  lose(1);
  world.store.fault = [&](const std::string& call, const Key& key) {
    return call == "add" && is_entry(key) && ++adds == 1 ? Fault::unknown_lost : Fault::none;
  };
  const Outcome outcome = node->commit(payment_of(account("ann"), "buy"));
  ASSERT_NE(committed(outcome), nullptr);
  EXPECT_EQ(committed(outcome)->entry->number, EntryNumber{2});
  expect_books_at_rest();
}

TEST_F(TurnstileTest, SaysUndecidedAfterFiveSecondsOfSilence) {  // S7 I10
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    const bool applied = fault == Fault::unknown_applied;
    const Key buyer = account(applied ? "ann" : "ben");
    world.store.fault = [&](const std::string& call, const Key& key) {
      return call == "add" && is_entry(key) ? fault : Fault::none;
    };
    const Steady before = world.clock.steady();
    const Outcome outcome = node->commit(payment_of(buyer, "buy"));
    EXPECT_TRUE(std::holds_alternative<Undecided>(outcome));
    EXPECT_EQ(world.clock.steady() - before, answer_within);
    EXPECT_EQ(world.participant(buyer).holds.size(), 1U);  // left alone
    world.store.fault = nullptr;
    const Outcome again = node->commit(payment_of(buyer, "buy"));
    ASSERT_NE(committed(again), nullptr) << refusal_code(again);
    EXPECT_EQ(committed(again)->repeated, applied);
  }
  expect_books_at_rest();
  for (const auto& buyer : accounts) EXPECT_EQ(world.participant(buyer).value("balance"), 70);
}

TEST_F(TurnstileTest, CountsTheTimeInWhichTheStoreSaysNothing) {  // S7 I10
  const Key ann = account("ann");
  const auto silence = 2000ms;
  world.store.meanwhile = [&](const std::string& call, const Key& key) -> Task<void> {
    return call == "add" && is_entry(key) ? world.clock.sleep(silence) : nothing();
  };
  world.store.fault = [&](const std::string& call, const Key& key) {
    return call == "add" && is_entry(key) ? Fault::unknown_lost : Fault::none;
  };
  const Steady before = world.clock.steady();
  const Outcome outcome = node->commit(payment_of(ann, "buy"));
  EXPECT_TRUE(std::holds_alternative<Undecided>(outcome));
  EXPECT_LE(world.clock.steady() - before, answer_within + silence + poll);
  world.store.meanwhile = nullptr;
  world.store.fault = nullptr;
  EXPECT_NE(committed(node->commit(payment_of(ann, "buy"))), nullptr);
  expect_books_at_rest();
}

TEST_F(TurnstileTest, TakesTheHoldOutWhenTheStoreFailsForCertain) {  // S7 I10
  const Key ann = account("ann");
  int adds = 0;
  world.store.fault = [&](const std::string& call, const Key& key) {
    if (call != "add" || !is_entry(key)) return Fault::none;
    ++adds;
    return Fault::unavailable;
  };
  const auto outcome = world.run(node->journal.commit(payment_of(ann, "buy")));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
  EXPECT_EQ(adds, failures_max);
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 100);
}

TEST_F(TurnstileTest, LeavesTheHoldWhenAFailureFollowsAnUnknown) {  // I10: it may be in the books
  const Key ann = account("ann");
  int adds = 0;
  world.store.fault = [&](const std::string& call, const Key& key) {
    if (call != "add" || !is_entry(key)) return Fault::none;
    return ++adds == 1 ? Fault::unknown_applied : Fault::unavailable;
  };
  const Outcome outcome = node->commit(payment_of(ann, "buy"));
  EXPECT_TRUE(std::holds_alternative<Undecided>(outcome));
  EXPECT_EQ(world.participant(ann).holds.size(), 1U);
  world.store.fault = nullptr;
  node->close();
  recover(world, sequence, accounts);
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
}

TEST_F(TurnstileTest, IsNotMisledByAStaleReadOfTheEntryItLostTo) {  // I2
  lose(1);
  node->store.stale[sequence.entry(EntryNumber{1})] = {.shown = {}, .times = 4};
  const Outcome outcome = node->commit(payment_of(account("ann"), "buy"));
  ASSERT_NE(committed(outcome), nullptr);
  EXPECT_EQ(committed(outcome)->entry->number, EntryNumber{2});
  expect_books_at_rest();
}

/// Sells numbered goods while there are any, and writes the price into each line.
class TwoForSale final : public Composer {
 public:
  std::optional<Refusal> refuses(const Ground& ground, const Entry& entry,
                                 const Operation& /*operation*/) const override {
    if (number(ground.tip.slot) + entry.operations.size() < 2) return {};
    return Refusal{.code = "sold_out", .detail = "there were two", .more = {}};
  }
  void append(const Ground& ground, Entry& entry, Operation operation) const override {
    entry.operations.push_back(std::move(operation));
    entry.operations.back().line["price"] = ground.settings.at("price");
    entry.state["sold"] = number(ground.tip.slot) + entry.operations.size();
  }
  void undo(Operation& /*operation*/) const override {}
};

struct SaleOfTwoTest : TurnstileTest {
  Sequence sale{"sale/1"};

  void SetUp() override {
    TurnstileTest::SetUp();
    ASSERT_TRUE(world.run(world.books.sequences.create_head(sale, {{"price", 30}})));
    node->journal.compose_with("sale", std::make_unique<TwoForSale>());
    for (const auto* name : {"a", "b", "c", "d", "e"}) account(name);
  }

  /// Everybody at once.
  std::vector<Answer> buy_two() {
    std::vector<Answer> answers(accounts.size());
    for (std::size_t n = 0; n < answers.size(); ++n) {
      Order order = payment_of(accounts[n], "buy");
      order.sequence = sale;
      node->start(std::move(order), &answers[n]);
    }
    node->close();
    return answers;
  }
};

TEST_F(SaleOfTwoTest, LeavesOutWhomTheComposerRefusesAndLetsTheirFundsGo) {  // S9 I10
  int sold = 0;
  for (const auto& answer : buy_two()) {
    ASSERT_TRUE(answer && *answer);
    const auto* done = committed(**answer);
    if (done == nullptr) {
      EXPECT_EQ(refusal_code(**answer), "sold_out");
      continue;
    }
    ++sold;
    EXPECT_EQ(done->operation().line.at("price"), 30);
  }
  EXPECT_EQ(sold, 2);
  EXPECT_EQ(sound_entries(world, sale).back().tip.state.at("sold"), 2);
  expect_at_rest(world, sale, accounts);
}

TEST_F(SaleOfTwoTest, RefusesNobodyForAnEntryThatFails) {  // I10: nothing was sold
  world.store.fault = [](const std::string& call, const Key& key) {
    return call == "add" && is_entry(key) ? Fault::unavailable : Fault::none;
  };
  for (const auto& answer : buy_two()) {
    ASSERT_TRUE(answer);
    ASSERT_FALSE(*answer);
    EXPECT_EQ(answer->error().code, Errc::unavailable);
  }
  expect_at_rest(world, sale, accounts);
}

TEST_F(SaleOfTwoTest, RefusesNobodyForAnEntryThatIsNotAnswered) {  // I10
  world.store.fault = [](const std::string& call, const Key& key) {
    return call == "add" && is_entry(key) ? Fault::unknown_lost : Fault::none;
  };
  int undecided = 0;
  for (const auto& answer : buy_two()) {
    ASSERT_TRUE(answer);
    if (*answer)
      undecided += std::holds_alternative<Undecided>(**answer) ? 1 : 0;
    else
      EXPECT_EQ(answer->error().code, Errc::unavailable);
    EXPECT_FALSE(*answer && std::holds_alternative<Refusal>(**answer));
  }
  EXPECT_EQ(undecided, 2);
}

/// Tells nobody: the store is down.
class DeafPosse final : public Announcer {
 public:
  Task<Result<void>> announce(Sequence /*sequence*/) override {
    co_return Error{Errc::unavailable, "no watch list"};
  }
};

TEST_F(TurnstileTest, ClaimsNothingThatIsNotAnnounced) {  // S15
  DeafPosse deaf;
  Journal journal({world.store, world.clock, world.random, world.io.get_executor()}, deaf);
  const auto outcome = world.run(journal.commit(payment_of(account("ann"), "buy")));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
  world.run(journal.close());
  expect_books_at_rest();
  EXPECT_TRUE(sound_entries(world, sequence).empty());
}

// A journal keeps 4096 turnstiles, and lets go of those at rest when it needs another.
TEST_F(TurnstileTest, LivesOnWhenLetGoWhileItsOrderIsDeclared) {
  const Key ann = account("ann");
  const auto elsewhere = [&](int n) {
    Order order = payment_of(world.account("b" + std::to_string(n)), "buy");
    order.sequence = Sequence{"journal/elsewhere-" + std::to_string(n)};
    world.create(order.sequence);
    return order;
  };
  for (int n = 1; n < 4096; ++n) node->commit(elsewhere(n));
  const Order one_too_many = elsewhere(4096);
  bool met = false;
  world.store.meanwhile = [&](const std::string& call, const Key& key) -> Task<void> {
    if (call != "cas" || key != ann || std::exchange(met, true)) co_return;
    const auto outcome = co_await node->journal.commit(one_too_many);
    EXPECT_TRUE(outcome);
  };
  EXPECT_NE(committed(node->commit(payment_of(ann, "buy"))), nullptr);
  EXPECT_TRUE(met);
  node->close();
  expect_at_rest(world, sequence, accounts);
}

}  // namespace
}  // namespace posse
