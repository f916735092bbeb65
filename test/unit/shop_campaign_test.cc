/// A campaign's settings and last sale as JSON, and back.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "shop/campaign.h"

namespace posse {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

Campaign few_lamps() {
  Campaign campaign;
  campaign.title = "Lamps";
  campaign.owner = *Name::from("ann");
  campaign.pricing = doubling_pricing(Cents{100}, 60s);
  campaign.slot_length = 30s;
  campaign.capacity = 7;
  campaign.opens_at = Time{1000ms};
  campaign.closes_at = Time{2000ms};
  return campaign;
}

/// Settings as a node reads them: from text.
json::object stored(const Campaign& campaign) {
  return json::parse(json::serialize(write_campaign(campaign))).as_object();
}

/// What reading says of the settings of `lamps` with one field replaced.
std::string why_not(const std::string& field, json::value value) {
  json::object settings = stored(few_lamps());
  settings[field] = std::move(value);
  const auto read = read_campaign(settings);
  return read ? "" : read.error().detail;
}

TEST(CampaignSettings, ComeBackAsTheyWere) {
  const auto read = read_campaign(stored(few_lamps()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title, "Lamps");
  EXPECT_EQ(read->owner.text(), "ann");
  EXPECT_EQ(read->slot_length, 30s);
  EXPECT_EQ(read->capacity, 7U);
  EXPECT_EQ(read->opens_at, Time{1000ms});
  EXPECT_EQ(read->closes_at, Time{2000ms});
  EXPECT_EQ(read->pricing->to_json(), few_lamps().pricing->to_json());
}

TEST(CampaignSettings, NameTheFieldAndTheBoundThatIsBroken) {
  EXPECT_EQ(why_not("title", json::string(200, 'x')), "");
  EXPECT_EQ(why_not("title", json::string(201, 'x')),
            "campaign: `title` must be text of at most 200 bytes");
  EXPECT_EQ(why_not("owner", "Ann"), "campaign: `owner` " + std::string(Name::rule));
  EXPECT_EQ(why_not("slot_seconds", -1),
            "campaign: `slot_seconds` must be a whole number from 0 to 315360000");
  EXPECT_EQ(why_not("slot_seconds", slot_seconds_max + 1),
            "campaign: `slot_seconds` must be a whole number from 0 to 315360000");
  EXPECT_EQ(why_not("capacity", -1),
            "campaign: `capacity` must be a whole number from 0 to 9223372036854775807");
  EXPECT_EQ(why_not("opens_at", number(time_max) + 1),
            "campaign: `opens_at` must be a whole number from 0 to 253402300799999");
  EXPECT_EQ(why_not("closes_at", "now"),
            "campaign: `closes_at` must be a whole number from 0 to 253402300799999");
  EXPECT_EQ(why_not("pricing", {{"kind", "free"}}),
            "campaign: `pricing` is wrong: pricing: `kind` must be fixed or doubling");
  EXPECT_EQ(why_not("pricing", 5), "campaign: `pricing` must be an object");
  EXPECT_EQ(why_not("more", 5), "campaign: `more` is a field this program does not know");
}

TEST(CampaignSettings, MissNoField) {
  for (const auto& [field, value] : stored(few_lamps())) {
    json::object settings = stored(few_lamps());
    settings.erase(field);
    const auto read = read_campaign(settings);
    ASSERT_FALSE(read) << field;
    EXPECT_EQ(read.error().code, Errc::unreadable);
    EXPECT_NE(read.error().detail.find("`" + std::string(field) + "` is missing"),
              std::string::npos);
  }
}

RC_GTEST_PROP(LastSaleState, ComesBackAsItWas, ()) {
  const auto time = rc::gen::inRange<std::int64_t>(0, number(time_max) + 1);
  const LastSale sale{.price = Cents{*rc::gen::nonNegative<std::int64_t>()},
                      .sold_at = Time{std::chrono::milliseconds{*time}},
                      .ends_at = Time{std::chrono::milliseconds{*time}}};
  boost::json::object state;
  write_last_sale(sale, state);
  const auto read = read_last_sale(state);
  // Parentheses: RapidCheck looks at both sides of a bare &&, whatever the first one says.
  RC_ASSERT((read && *read));
  RC_ASSERT((*read)->price == sale.price);
  RC_ASSERT((*read)->sold_at == sale.sold_at);
  RC_ASSERT((*read)->ends_at == sale.ends_at);
}

TEST(LastSaleState, IsEmptyBeforeTheFirstSale) {
  EXPECT_FALSE(*read_last_sale({}));
}

}  // namespace
}  // namespace posse
