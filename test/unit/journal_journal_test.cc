/// Tests of driving orders to their outcome, on one node and on several.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "journal_world.h"

namespace posse {
namespace {

using Answer = std::optional<Result<Outcome>>;

struct JournalTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  std::unique_ptr<Node> one = std::make_unique<Node>(world, 1);
  std::unique_ptr<Node> two = std::make_unique<Node>(world, 2);
  std::vector<Key> accounts;
  Key ann;

  void SetUp() override {
    world.create(sequence);
    ann = account("ann");
  }

  Key account(const std::string& name) {
    accounts.push_back(world.account(name));
    return accounts.back();
  }

  /// Everybody has gone home, and the books are right.
  void expect_books_at_rest() {
    one.reset();
    two.reset();
    expect_at_rest(world, sequence, accounts);
  }
};

TEST_F(JournalTest, CommitsAnOrder) {  // S9 S12
  const Outcome outcome = one->commit(payment_of(ann, "buy"));
  const auto* done = committed(outcome);
  ASSERT_NE(done, nullptr);
  EXPECT_EQ(done->slot, Slot{1});
  EXPECT_FALSE(done->repeated);
  EXPECT_EQ(done->entry->number, EntryNumber{1});
  EXPECT_EQ(done->operation().line.at("amount"), 30);
  EXPECT_EQ(one->journal.counters().operations, 1U);
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
}

TEST_F(JournalTest, AnswersOnceTheClaimIsDurableWhateverComesOfSettling) {  // S9 I10
  world.store.fault = [&](const std::string&, const Key& key) {
    return key == sequence.receipt(EntryNumber{1}) ? Fault::unavailable : Fault::none;
  };
  EXPECT_NE(committed(one->commit(payment_of(ann, "buy"))), nullptr);
  one->close();
  EXPECT_EQ(world.participant(ann).holds.size(), 1U);
  EXPECT_EQ(world.head(sequence), EntryNumber{});
  world.store.fault = nullptr;
  recover(world, sequence, accounts);
  expect_books_at_rest();
}

TEST_F(JournalTest, MovesMoneyAsAWhole) {  // S12 I8
  const Key ben = account("ben");
  EXPECT_EQ(slot_of(one->commit(transfer_of(ann, ben, "move"))), Slot{1});
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
  EXPECT_EQ(world.participant(ben).value("balance"), 130);
}

TEST_F(JournalTest, RefusesWhatIsMalformed) {
  const auto malformed = [&](const Order& order) { return refusal_code(one->commit(order)); };
  Order order = payment_of(ann, "buy");
  order.sequence = Sequence{"nobody/1"};
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.effects.clear();
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.effects.resize(operation_effects_max + 1, order.effects[0]);
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.effects[0].kind = "teleport";
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.effects[0].details["amount"] = "30";
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.guard = Key{"account/ben"};
  EXPECT_EQ(malformed(order), "malformed");
  order = payment_of(ann, "buy");
  order.data["text"] = std::string(operation_bytes_max, 'x');
  EXPECT_EQ(malformed(order), "malformed");
  order.data["text"] = std::string(2 * operation_bytes_max - bytes_of(order), 'x');
  EXPECT_EQ(bytes_of(order), operation_bytes_max);
  order.data["text"].as_string() += 'x';
  EXPECT_EQ(malformed(order), "malformed");
  EXPECT_TRUE(world.bytes(sequence.entry(EntryNumber{1})).empty());
}

TEST_F(JournalTest, RefusesWhatNobodyCouldReadAgain) {  // S12: it would block its sequence for ever
  boost::json::value deep = 1;
  for (int n = 0; n < 40; ++n) deep = boost::json::array{deep};
  const std::vector<boost::json::object> unreadable{
      {{"text", "\xff"}}, {{"\xff", 1}}, {{"deep", deep}}, {{"number", 1e300 * 1e300}}};
  for (const auto& bad : unreadable) {
    Order order = payment_of(ann, "line");
    order.line = bad;
    EXPECT_EQ(refusal_code(one->commit(order)), "malformed") << bad;
    order = payment_of(ann, "data");
    order.data = bad;
    EXPECT_EQ(refusal_code(one->commit(order)), "malformed") << bad;
  }
  Order order = payment_of(ann, "field");
  order.effects.push_back(add_effect(ann, "\xff", 1));
  EXPECT_EQ(refusal_code(one->commit(order)), "malformed");
  EXPECT_NE(committed(one->commit(payment_of(ann, "fine"))), nullptr);
  expect_books_at_rest();
}

TEST_F(JournalTest, RefusesAnUnknownSequenceAndAnUnknownParticipant) {
  Order order = payment_of(ann, "buy");
  order.sequence = generic_journal(9);
  EXPECT_EQ(refusal_code(one->commit(order)), "unknown_sequence");
  EXPECT_EQ(refusal_code(one->commit(payment_of(Key{"account/no"}, "buy"))), "unknown_participant");
  const Order move = transfer_of(ann, Key{"account/no"}, "move");
  EXPECT_EQ(refusal_code(one->commit(move)), "unknown_participant");
  expect_books_at_rest();  // the hold on the first participant is out again
}

TEST_F(JournalTest, RefusesWhatTheFundsDoNotCover) {  // I4 I10
  EXPECT_EQ(refusal_code(one->commit(payment_of(ann, "buy", 101))), "insufficient_funds");
  EXPECT_EQ(slot_of(one->commit(payment_of(ann, "all", 100))), Slot{1});
  EXPECT_EQ(refusal_code(two->commit(payment_of(ann, "more", 1))), "insufficient_funds");
  expect_books_at_rest();
}

TEST_F(JournalTest, NeverSpendsTheSameFundsTwiceHoweverManyTry) {  // I4
  std::vector<Answer> answers(8);
  for (std::size_t n = 0; n < answers.size(); ++n) {
    Node& node = n % 2 == 0 ? *one : *two;
    node.start(payment_of(ann, std::to_string(n)), &answers[n]);
  }
  one->close();
  two->close();
  int sold = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && *answer);
    if (committed(**answer) != nullptr)
      ++sold;
    else
      EXPECT_EQ(refusal_code(**answer), "insufficient_funds");
  }
  EXPECT_EQ(sold, 3);
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 10);
}

TEST_F(JournalTest, SharesASequenceBetweenNodesWithoutAGap) {  // S4 S9 I1 I2 I3
  std::vector<Answer> answers(40);
  for (std::size_t n = 0; n < answers.size(); ++n) account("a" + std::to_string(n));
  for (std::size_t n = 0; n < answers.size(); ++n) {
    Node& node = n % 2 == 0 ? *one : *two;
    node.start(payment_of(accounts[n + 1], "buy"), &answers[n]);
    world.pass(0ms);
  }
  one->close();
  two->close();
  std::set<Slot> slots;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && *answer);
    slots.insert(slot_of(**answer));
  }
  EXPECT_EQ(slots.size(), answers.size());
  EXPECT_EQ(*slots.begin(), Slot{1});
  EXPECT_EQ(*slots.rbegin(), Slot{answers.size()});
  EXPECT_GT(one->journal.counters().lost_claims + two->journal.counters().lost_claims, 0U);
  expect_books_at_rest();
}

TEST_F(JournalTest, GivesTheSameAnswerOnAnotherNode) {  // I2 I10
  const Outcome first = one->commit(payment_of(ann, "buy"));
  one->close();
  const Outcome again = two->commit(payment_of(ann, "buy"));
  ASSERT_NE(committed(again), nullptr);
  EXPECT_TRUE(committed(again)->repeated);
  EXPECT_EQ(committed(again)->intent, committed(first)->intent);
  EXPECT_EQ(slot_of(again), slot_of(first));
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 70);
}

TEST_F(JournalTest, GivesTheSameAnswerWhileTheFirstIsUnderWay) {  // I2
  for (const bool same_node : {true, false}) {
    const std::string name = same_node ? "here" : "there";
    std::vector<Answer> answers(3);
    one->start(payment_of(ann, name), &answers[0]);
    (same_node ? *one : *two).start(payment_of(ann, name), &answers[1]);
    two->start(payment_of(ann, name), &answers[2]);
    one->close();
    two->close();
    int fresh = 0;
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer && *answer && committed(**answer) != nullptr);
      EXPECT_EQ(slot_of(**answer), slot_of(**answers[0]));
      if (!committed(**answer)->repeated) ++fresh;
    }
    EXPECT_EQ(fresh, 1);
  }
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 40);
}

TEST_F(JournalTest, GivesTheSameAnswerAfterItSpilledIntoAPage) {  // I5 I10
  const Outcome first = one->commit(payment_of(ann, "first", 1));
  for (int n = 0; n < 40; ++n) {
    ASSERT_NE(committed(one->commit(payment_of(ann, std::to_string(n), 1))), nullptr);
    world.pass(1ms);
  }
  one->close();
  ASSERT_GT(world.participant(ann).pages, 0U);
  const Intent intent = committed(first)->intent;
  ASSERT_FALSE(world.participant(ann).settlement(intent));
  const Outcome again = two->commit(payment_of(ann, "first", 1));
  ASSERT_NE(committed(again), nullptr);
  EXPECT_TRUE(committed(again)->repeated);
  EXPECT_EQ(committed(again)->intent, intent);
  expect_books_at_rest();
  EXPECT_EQ(world.participant(ann).value("balance"), 59);
}

TEST_F(JournalTest, LooksIntoPagesOnlyForRequestsThatMayBeInThem) {
  for (int n = 0; n < 40; ++n) one->commit(payment_of(ann, std::to_string(n), 1));
  one->close();
  int looks = 0;
  world.store.fault = [&](const std::string&, const Key& key) {
    if (key.text().starts_with("account/ann/settled/")) ++looks;
    return Fault::none;
  };
  Order young = payment_of(ann, "young", 1);
  young.request.issued = Time{std::chrono::milliseconds{1001}};
  EXPECT_NE(committed(two->commit(young)), nullptr);
  two->close();
  EXPECT_EQ(looks, 0);
  EXPECT_NE(committed(two->commit(payment_of(ann, "old", 1))), nullptr);
  two->close();
  EXPECT_GT(looks, 0);
}

TEST_F(JournalTest, ShowsWhatAKeyWasFirstUsedFor) {  // the caller sees that the body was another
  one->commit(payment_of(ann, "buy", 30));
  const Outcome again = one->commit(payment_of(ann, "buy", 20));
  ASSERT_NE(committed(again), nullptr);
  EXPECT_TRUE(committed(again)->repeated);
  EXPECT_EQ(committed(again)->operation().line.at("amount"), 30);
  expect_books_at_rest();
}

TEST_F(JournalTest, RemembersAnOrderThatWouldBeRefusedNow) {  // I10
  EXPECT_EQ(slot_of(one->commit(payment_of(ann, "all", 100))), Slot{1});
  one->close();
  const Outcome again = two->commit(payment_of(ann, "all", 100));
  ASSERT_NE(committed(again), nullptr) << refusal_code(again);
  EXPECT_TRUE(committed(again)->repeated);
}

TEST_F(JournalTest, ChoosesAmongTheGenericJournalsAndCreatesThem) {  // S12
  std::set<Sequence> chosen;
  for (int n = 0; n < 200; ++n) {
    const auto some = world.run(one->journal.some_journal());
    ASSERT_TRUE(some);
    chosen.insert(*some);
  }
  EXPECT_EQ(chosen.size(), journals);
  for (const auto& some : chosen) EXPECT_FALSE(world.bytes(some.head()).empty());
}

TEST_F(JournalTest, LimitsTheHoldsOfOneAccount) {
  Decision decision = [&](Participant& participant) {
    while (participant.holds.size() < holds_max) {
      const auto name = std::to_string(participant.holds.size());
      const Intent intent = Intent::attempt(request_key("x", name, {}), world.random);
      participant.holds.push_back({.intent = intent,
                                   .sequence = sequence,
                                   .first = EntryNumber{1},
                                   .last = EntryNumber{8},
                                   .issued = {},
                                   .reserve = {{"balance", -1}}});
    }
    return Verdict::write;
  };
  ASSERT_TRUE(world.run(world.books.participants.update(ann, decision)));
  const Steady before = world.clock.steady();
  const Outcome outcome = one->commit(payment_of(ann, "buy"));  // the dead ones are decided first
  EXPECT_NE(committed(outcome), nullptr) << refusal_code(outcome);
  EXPECT_LE(world.clock.steady() - before, 16 * 1500ms);
  expect_books_at_rest();
}

}  // namespace
}  // namespace posse
