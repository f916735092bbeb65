/// Tests of the effect `add` and of the register of kinds.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fake_clock.h"
#include "journal/effect.h"
#include "journal/participant.h"

namespace posse {
namespace {

const Key ann{"account/ann"};

struct AddTest : testing::Test {
  EffectKinds kinds;
  const EffectKind& add = *kinds.find("add");
  Participant participant;

  void have(std::int64_t balance) { participant.data["balance"] = balance; }

  void hold(std::int64_t reserve) {
    Hold hold;
    hold.reserve["balance"] = reserve;
    participant.holds.push_back(hold);
  }

  /// The code of the refusal; empty if the participant promises the effect.
  std::string refused(const Effect& effect) const {
    EXPECT_FALSE(add.check(effect.details));
    const auto refusal = add.admit(participant, effect.details);
    return refusal ? refusal->code : std::string();
  }
  std::string take(std::int64_t amount) const {
    return refused(add_effect(ann, "balance", -amount, 0));
  }
  std::string give(std::int64_t amount) const {
    return refused(add_effect(ann, "balance", amount));
  }
};

TEST_F(AddTest, NeverPromisesMoreThanCanBeSpent) {  // I4
  have(100);
  EXPECT_EQ(take(100), "");
  EXPECT_EQ(take(101), "insufficient_funds");
  hold(-60);
  EXPECT_EQ(take(40), "");
  EXPECT_EQ(take(41), "insufficient_funds");
}

TEST_F(AddTest, SaysWhatCanBeSpent) {
  have(100);
  hold(-60);
  const auto refusal = add.admit(participant, add_effect(ann, "balance", -41, 0).details);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->detail, "`balance` can spend 40, the operation needs 41");
  EXPECT_EQ(refusal->more.at("spendable"), 40);
}

TEST_F(AddTest, CountsNoMoneyThatHasNotArrived) {  // I4
  have(0);
  hold(+100);
  EXPECT_EQ(take(1), "insufficient_funds");
}

TEST_F(AddTest, LetsManyHoldsCoexist) {
  have(100);
  for (int n = 0; n < 10; ++n) {
    ASSERT_EQ(take(10), "");
    hold(-10);
  }
  EXPECT_EQ(take(1), "insufficient_funds");
  EXPECT_EQ(give(1), "");
}

TEST_F(AddTest, KeepsToAFloorAboveOrBelowZero) {
  have(100);
  EXPECT_EQ(refused(add_effect(ann, "balance", -90, 10)), "");
  EXPECT_EQ(refused(add_effect(ann, "balance", -91, 10)), "insufficient_funds");
  EXPECT_EQ(refused(add_effect(ann, "balance", -150, -50)), "");
  EXPECT_EQ(refused(add_effect(ann, "balance", -151, -50)), "insufficient_funds");
  EXPECT_EQ(refused(add_effect(ann, "balance", -1000)), "");
}

TEST_F(AddTest, PromisesNothingBeyondTheRangeOfANumber) {
  have(INT64_MAX - 10);
  EXPECT_EQ(give(10), "");
  EXPECT_EQ(give(11), "amount_too_large");
  hold(+5);
  EXPECT_EQ(give(5), "");
  EXPECT_EQ(give(6), "amount_too_large");
  have(INT64_MIN + 10);
  EXPECT_EQ(refused(add_effect(ann, "balance", -10)), "");
  EXPECT_EQ(refused(add_effect(ann, "balance", -11)), "amount_too_large");
  EXPECT_EQ(refused(add_effect(ann, "balance", -11, 0)), "insufficient_funds");
}

TEST_F(AddTest, RefusesTheSmallestNumberWithoutWrapping) {
  have(-1);
  EXPECT_EQ(refused(add_effect(ann, "balance", INT64_MIN)), "amount_too_large");
  have(0);
  EXPECT_EQ(refused(add_effect(ann, "balance", INT64_MIN)), "");
  EXPECT_EQ(refused(add_effect(ann, "balance", INT64_MIN, 0)), "insufficient_funds");
  EXPECT_EQ(refused(add_effect(ann, "balance", -1, INT64_MAX)), "insufficient_funds");
  have(-10);
  EXPECT_EQ(refused(add_effect(ann, "balance", -1, INT64_MAX)), "insufficient_funds");
}

TEST_F(AddTest, TakesItsOwnDetailsOnly) {
  const std::vector<boost::json::object> bad{
      {},
      {{"field", "balance"}},
      {{"amount", 1}},
      {{"field", 1}, {"amount", 1}},
      {{"field", "balance"}, {"amount", "1"}},
      {{"field", "balance"}, {"amount", 1.0}},
      {{"field", "balance"}, {"amount", UINT64_MAX}},
      {{"field", "balance"}, {"amount", 1}, {"floor", "0"}},
      {{"field", "balance"}, {"amount", 1}, {"roof", 0}},
      {{"field", "balance"}, {"amount", 1}, {"floor", 0}, {"roof", 0}}};
  for (const auto& details : bad) {
    const auto refusal = add.check(details);
    ASSERT_TRUE(refusal) << details;
    EXPECT_EQ(refusal->code, "malformed");
  }
}

TEST_F(AddTest, ReservesTheSumOfWhatAnOperationDoes) {
  Reserve reserve;
  EXPECT_FALSE(add.reserve(add_effect(ann, "balance", -30, 0).details, reserve));
  EXPECT_FALSE(add.reserve(add_effect(ann, "balance", -12).details, reserve));
  EXPECT_FALSE(add.reserve(add_effect(ann, "points", 3).details, reserve));
  EXPECT_EQ(reserve, (Reserve{{"balance", -42}, {"points", 3}}));
}

TEST_F(AddTest, ReservesNothingBeyondTheRangeOfANumber) {  // I5
  for (const std::int64_t most : {INT64_MAX, INT64_MIN}) {
    Reserve reserve{{"balance", most}};
    const auto refusal =
        add.reserve(add_effect(ann, "balance", most < 0 ? -1 : 1).details, reserve);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, "amount_too_large");
  }
}

TEST_F(AddTest, CreatesTheNumberItChanges) {
  add.apply(participant, add_effect(ann, "points", 3).details);
  add.apply(participant, add_effect(ann, "points", -5).details);
  EXPECT_EQ(participant.value("points"), -2);
}

TEST(EffectKinds, FindOnlyWhatSomebodyTaughtThem) {
  EffectKinds kinds;
  EXPECT_NE(kinds.find("add"), nullptr);
  EXPECT_EQ(kinds.find("teleport"), nullptr);
}

/// Whatever was promised one after the other fits, whichever of the holds commit and in any order.
RC_GTEST_PROP(AddProperty, KeepsEveryPromise, ()) {
  const EffectKinds kinds;
  const EffectKind& add = *kinds.find("add");
  Participant participant;
  participant.data["balance"] = *rc::gen::inRange<std::int64_t>(0, 200);
  std::vector<Effect> promised;
  const auto amounts =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-100, 100));
  for (const std::int64_t amount : amounts) {
    const Effect effect = add_effect(ann, "balance", amount, 0);
    if (add.admit(participant, effect.details)) continue;
    Hold hold;
    RC_ASSERT(!add.reserve(effect.details, hold.reserve));
    participant.holds.push_back(hold);
    promised.push_back(effect);
  }
  std::vector<std::size_t> order(promised.size());
  for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  for (std::size_t n = order.size(); n > 1; --n) std::swap(order[n - 1], order[random.bits() % n]);
  for (const std::size_t n : order) {
    if (random.bits() % 2 == 0) continue;  // this one is released
    add.apply(participant, promised[n].details);
    RC_ASSERT(participant.value("balance") >= 0);
  }
}

}  // namespace
}  // namespace posse
