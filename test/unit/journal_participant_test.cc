/// Tests of decisions on a participant.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fake_clock.h"
#include "journal/participant.h"

namespace posse {
namespace {

struct ParticipantTest : testing::Test {
  SeededRandom random{3};
  RequestKey request = request_key("account/ann", "buy-1", {});
  EffectKinds kinds;
  Participant participant;

  ParticipantTest() { participant.data = {{"balance", 100}, {"name", "ann"}}; }

  Hold hold(std::uint64_t first, std::uint64_t last) {
    Hold hold;
    hold.intent = Intent::attempt(request, random);
    hold.sequence = Sequence{"campaign/a"};
    hold.first = EntryNumber{first};
    hold.last = EntryNumber{last};
    hold.reserve = {{"balance", -30}};
    return hold;
  }
};

TEST_F(ParticipantTest, FindsAHoldByItsIntentAndByItsRequest) {
  const Hold own = hold(1, 8);
  const Hold later = hold(9, 16);
  participant.holds = {own};
  EXPECT_EQ(participant.hold(own.intent), &participant.holds[0]);
  EXPECT_EQ(participant.hold(later.intent), nullptr);  // another attempt at the same request
  EXPECT_EQ(participant.hold_of(request), &participant.holds[0]);
  EXPECT_EQ(participant.hold_of(request_key("account/ann", "buy-2", {})), nullptr);
}

TEST_F(ParticipantTest, TakesOutAHoldOfTheSameWindowOnly) {  // a window is part of the promise
  const Hold own = hold(1, 8);
  participant.holds = {own};
  Hold other = own;
  other.first = EntryNumber{2};
  EXPECT_FALSE(participant.take_out(other));
  other = own;
  other.last = EntryNumber{16};
  EXPECT_FALSE(participant.take_out(other));
  EXPECT_FALSE(participant.take_out(hold(1, 8)));
  EXPECT_EQ(participant.holds.size(), 1U);
  EXPECT_TRUE(participant.take_out(own));
  EXPECT_TRUE(participant.holds.empty());
  EXPECT_FALSE(participant.take_out(own));
}

TEST_F(ParticipantTest, SettlesByTurningTheHoldIntoASettlement) {  // I5
  const Hold own = hold(1, 8);
  const Hold other = hold(1, 8);
  participant.holds = {other, own};
  const Effect debit = add_effect(Key{"account/ann"}, "balance", -25, 0);
  const Effect points = add_effect(Key{"account/ann"}, "points", 2);
  const Settled settled{
      .intent = own.intent, .sequence = own.sequence, .entry = EntryNumber{3}, .issued = {}};
  participant.settle(settled, {&debit, &points}, kinds);
  EXPECT_EQ(participant.value("balance"), 75);
  EXPECT_EQ(participant.value("points"), 2);
  EXPECT_EQ(participant.hold(own.intent), nullptr);
  EXPECT_NE(participant.hold(other.intent), nullptr);
  ASSERT_TRUE(participant.settlement(own.intent));
  EXPECT_EQ(participant.settlement(own.intent)->entry, EntryNumber{3});
  EXPECT_FALSE(participant.settlement(other.intent));
  ASSERT_TRUE(participant.settlement_of(request));
  EXPECT_EQ(participant.settlement_of(request)->intent, own.intent);
}

TEST_F(ParticipantTest, StopsTheProcessRatherThanSettleWithoutAHold) {  // S8 I5
  const Settled settled{.intent = hold(1, 8).intent, .sequence = {}, .entry = {}, .issued = {}};
  EXPECT_DEATH(participant.settle(settled, {}, kinds), "held != nullptr");
}

TEST_F(ParticipantTest, HasNothingWhereThereIsNoNumber) {
  EXPECT_EQ(participant.value("balance"), 100);
  EXPECT_EQ(participant.value("name"), 0);
  EXPECT_EQ(participant.value("points"), 0);
}

TEST_F(ParticipantTest, KeepsTheOrderOfItsFields) {
  participant.change("points", 1);
  participant.change("balance", 1);
  EXPECT_EQ(boost::json::serialize(participant.data), R"({"balance":101,"name":"ann","points":1})");
}

TEST_F(ParticipantTest, MayHaveSpilledWhatIsNotYoungerThanTheNewestSpilled) {
  const auto at = [](int ms) { return request_key("a", "b", Time{std::chrono::milliseconds{ms}}); };
  participant.spilled_until = Time{std::chrono::milliseconds{50}};
  EXPECT_FALSE(participant.may_have_spilled(at(50)));  // nothing has spilled at all
  participant.pages = 1;
  EXPECT_TRUE(participant.may_have_spilled(at(0)));
  EXPECT_TRUE(participant.may_have_spilled(at(50)));
  EXPECT_FALSE(participant.may_have_spilled(at(51)));
}

/// The dumb twin tries every subset of the holds, in numbers wide enough.
RC_GTEST_PROP(ParticipantProperty, KnowsTheLowestAndTheHighestItCanComeTo, ()) {
  Participant participant;
  const auto start = *rc::gen::arbitrary<std::int64_t>();
  participant.data["balance"] = start;
  const auto some = rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                                   rc::gen::element<std::int64_t>(0, INT64_MAX, INT64_MIN));
  const auto reserves = *rc::gen::resize(8, rc::gen::container<std::vector<std::int64_t>>(some));
  for (const std::int64_t amount : reserves) {
    Hold hold;
    hold.reserve["balance"] = amount;
    hold.reserve["points"] = -1;
    participant.holds.push_back(hold);
  }
  __extension__ using Wide = __int128;
  Wide lowest = start;
  Wide highest = start;
  for (std::uint64_t subset = 0; subset < (1ULL << reserves.size()); ++subset) {
    Wide sum = start;
    for (std::size_t n = 0; n < reserves.size(); ++n) {
      if ((subset >> n & 1U) != 0) sum += reserves[n];
    }
    lowest = std::min(lowest, sum);
    highest = std::max(highest, sum);
  }
  const auto narrow = [](Wide sum) {
    return static_cast<std::int64_t>(std::clamp<Wide>(sum, INT64_MIN, INT64_MAX));
  };
  RC_ASSERT(participant.lowest("balance") == narrow(lowest));
  RC_ASSERT(participant.highest("balance") == narrow(highest));
  RC_ASSERT(participant.highest("points") == 0);
}

}  // namespace
}  // namespace posse
