/// Offers, and entries composed of several purchases.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "journal/effect.h"
#include "shop/campaign_composer.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

constexpr Time now{1'764'000'000'000ms};

Campaign lamps(std::chrono::seconds slot_length) {
  Campaign campaign;
  campaign.title = "Lamps";
  campaign.owner = *Name::from("ann");
  campaign.pricing = fixed_pricing(Cents{40});
  campaign.slot_length = slot_length;
  return campaign;
}

std::string refused(const std::variant<Offer, Refusal>& offered) {
  const auto* refusal = std::get_if<Refusal>(&offered);
  return refusal == nullptr ? "" : refusal->code;
}

LastSale sale(std::int64_t price, Time sold_at, Time ends_at) {
  return {.price = Cents{price}, .sold_at = sold_at, .ends_at = ends_at};
}

TEST(Offer, IsNotMadeBeforeTheCampaignOpens) {
  Campaign campaign = lamps(0s);
  campaign.opens_at = now;
  EXPECT_EQ(refused(offer(campaign, {}, Slot{1}, now - 1ms)), "not_open");
  EXPECT_EQ(refused(offer(campaign, {}, Slot{1}, now)), "");
}

TEST(Offer, EndsWhenTheCampaignCloses) {
  Campaign campaign = lamps(0s);
  campaign.closes_at = now;
  EXPECT_EQ(refused(offer(campaign, {}, Slot{1}, now - 1ms)), "");
  EXPECT_EQ(refused(offer(campaign, {}, Slot{1}, now)), "closed");
}

TEST(Offer, EndsWithTheCapacity) {
  Campaign campaign = lamps(0s);
  campaign.capacity = 2;
  EXPECT_EQ(refused(offer(campaign, {}, Slot{2}, now)), "");
  EXPECT_EQ(refused(offer(campaign, {}, Slot{3}, now)), "sold_out");
}

TEST(Offer, NeverEndsWithoutACapacity) {
  EXPECT_EQ(refused(offer(lamps(0s), {}, Slot{UINT64_MAX}, now)), "");
}

TEST(Offer, StartsNowIfThereIsNoPredecessor) {
  const auto offered = std::get<Offer>(offer(lamps(30s), {}, Slot{1}, now));
  EXPECT_EQ(offered.price, Cents{40});
  EXPECT_EQ(offered.starts_at, now);
  EXPECT_EQ(offered.ends_at, now + 30s);
}

TEST(Offer, StartsWhenThePredecessorEnds) {
  const auto last = sale(40, now - 10s, now + 20s);
  const auto offered = std::get<Offer>(offer(lamps(30s), last, Slot{2}, now));
  EXPECT_EQ(offered.starts_at, now + 20s);
  EXPECT_EQ(offered.ends_at, now + 50s);
}

TEST(Offer, StartsNowIfThePredecessorIsOver) {
  const auto last = sale(40, now - 40s, now - 10s);
  const auto offered = std::get<Offer>(offer(lamps(30s), last, Slot{2}, now));
  EXPECT_EQ(offered.starts_at, now);
}

TEST(Offer, HasNoLengthIfSlotsHaveNone) {
  const auto last = sale(40, now - 10s, now + 20s);
  const auto offered = std::get<Offer>(offer(lamps(0s), last, Slot{2}, now));
  EXPECT_EQ(offered.starts_at, now);
  EXPECT_EQ(offered.ends_at, now);
}

TEST(Offer, EndsWithTheYear9999) {
  const Campaign campaign = lamps(30s);
  EXPECT_EQ(refused(offer(campaign, sale(40, now, time_max - 30s), Slot{2}, now)), "");
  EXPECT_EQ(refused(offer(campaign, sale(40, now, time_max - 29s), Slot{2}, now)), "sold_out");
}

/// An entry in the making, and who composes it.
struct Composing {
  bool clock_is_trusted = true;
  CampaignComposer composer{clock_is_trusted};
  boost::json::object settings;
  Tip tip = empty_tip(Sequence{"campaign/lamps"});
  Entry entry = next_entry(Sequence{"campaign/lamps"}, tip, now);

  /// Settings as a node reads them: from text.
  explicit Composing(const Campaign& campaign)
      : settings(boost::json::parse(boost::json::serialize(write_campaign(campaign))).as_object()) {
  }

  static Operation purchase(std::int64_t max_price) {
    Operation operation;
    operation.effects = {add_effect(Key{"account/bob"}, "balance", -max_price, 0)};
    operation.line = {{"kind", "sale"}, {"buyer", "bob"}};
    operation.data = {{"max_price", max_price}, {"content", ""}};
    return operation;
  }

  /// Appends the purchase, or gives the refusal.
  std::optional<Refusal> take(std::int64_t max_price) {
    const auto terms = composer.read(settings);
    const Ground ground{.settings = settings, .tip = tip, .terms = terms.get()};
    const Operation operation = purchase(max_price);
    auto refusal = composer.refuses(ground, entry, operation);
    if (!refusal) composer.append(ground, entry, operation);
    return refusal;
  }

  std::int64_t price(std::size_t at) const {
    return entry.operations.at(at).line.at("amount").as_int64();
  }
};

TEST(CampaignComposer, PricesEachSlotOfABatchByTheOneBeforeIt) {
  Campaign campaign = lamps(0s);
  campaign.pricing = doubling_pricing(Cents{100}, 60s);
  Composing composing(campaign);
  for (int bought = 0; bought < 3; ++bought) EXPECT_FALSE(composing.take(1000));
  EXPECT_EQ(composing.price(0), 100);
  EXPECT_EQ(composing.price(1), 200);
  EXPECT_EQ(composing.price(2), 400);
  EXPECT_EQ((*read_last_sale(composing.entry.state))->price, Cents{400});
}

TEST(CampaignComposer, LeavesOutWhoWouldPayLessAndSellsToTheNext) {
  Campaign campaign = lamps(0s);
  campaign.pricing = doubling_pricing(Cents{100}, 60s);
  Composing composing(campaign);
  EXPECT_FALSE(composing.take(100));
  const auto refusal = composing.take(199);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, "price_moved");
  EXPECT_EQ(refusal->more.at("price").as_int64(), 200);
  EXPECT_EQ(refusal->detail, "the next slot costs 200, above the maximum of 199");
  EXPECT_FALSE(composing.take(200));
  EXPECT_EQ(composing.entry.operations.size(), 2U);
  EXPECT_EQ(composing.price(1), 200);
}

TEST(CampaignComposer, TakesThePriceAndNotTheMaximum) {
  Composing composing(lamps(0s));
  ASSERT_FALSE(composing.take(1000));
  const Operation& sold = composing.entry.operations.front();
  EXPECT_EQ(sold.effects.front().details.at("amount").as_int64(), -40);
  EXPECT_EQ(sold.line.at("amount").as_int64(), 40);
  EXPECT_EQ(sold.line.at("seller").as_string(), "ann");
}

TEST(CampaignComposer, ProposesTheMaximumAgainOnceItsEntryIsThrownAway) {
  Composing composing(lamps(0s));
  ASSERT_FALSE(composing.take(1000));
  Operation thrown_away = composing.entry.operations.front();
  composing.composer.undo(thrown_away);
  EXPECT_EQ(thrown_away.effects.front().details, Composing::purchase(1000).effects.front().details);
}

TEST(CampaignComposer, LinesSlotsUpOneAfterTheOther) {
  Composing composing(lamps(30s));
  for (int bought = 0; bought < 3; ++bought) EXPECT_FALSE(composing.take(40));
  for (std::size_t at = 0; at < 3; ++at) {
    const auto& data = composing.entry.operations.at(at).data;
    const auto later = static_cast<std::int64_t>(at) * 30'000;
    EXPECT_EQ(data.at("starts_at").as_int64(), number(now) + later);
    EXPECT_EQ(data.at("ends_at").as_int64(), number(now) + later + 30'000);
  }
}

TEST(CampaignComposer, StopsABatchAtTheCapacity) {  // I3
  Campaign campaign = lamps(0s);
  campaign.capacity = 2;
  Composing composing(campaign);
  EXPECT_FALSE(composing.take(40));
  EXPECT_FALSE(composing.take(40));
  const auto refusal = composing.take(40);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, "sold_out");
}

TEST(CampaignComposer, FollowsSettingsThatChange) {
  Composing composing(lamps(0s));
  EXPECT_FALSE(composing.take(1000));
  composing.settings["pricing"] = fixed_pricing(Cents{90})->to_json();
  EXPECT_FALSE(composing.take(1000));
  EXPECT_EQ(composing.price(0), 40);
  EXPECT_EQ(composing.price(1), 90);
}

TEST(CampaignComposer, SellsNothingThatDependsOnTimeByAClockThatIsOff) {  // S17
  const auto refused_by_the_clock = [](const Campaign& campaign) {
    Composing composing(campaign);
    composing.clock_is_trusted = false;
    const auto refusal = composing.take(1000);
    composing.clock_is_trusted = true;
    EXPECT_FALSE(composing.take(1000)) << "it is looked at for every sale";
    return refusal && refusal->code == "clock_off";
  };
  Campaign falling = lamps(0s);
  falling.pricing = doubling_pricing(Cents{100}, 60s);
  Campaign opening = lamps(0s);
  opening.opens_at = now - 1s;
  Campaign closing = lamps(0s);
  closing.closes_at = now + 1s;
  EXPECT_FALSE(refused_by_the_clock(lamps(0s)));
  EXPECT_TRUE(refused_by_the_clock(lamps(60s)));
  EXPECT_TRUE(refused_by_the_clock(falling));
  EXPECT_TRUE(refused_by_the_clock(opening));
  EXPECT_TRUE(refused_by_the_clock(closing));
}

TEST(CampaignComposer, SellsNothingUnderSettingsItCannotRead) {
  Composing composing(lamps(0s));
  composing.settings["pricing"] = {{"kind", "of a later program"}};
  const auto refusal = composing.take(1000);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, "unreadable");
}

}  // namespace
}  // namespace posse
