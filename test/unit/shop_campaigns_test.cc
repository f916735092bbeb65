/// Campaigns: made once, shown with their next offer, listed in order.
// SPDX-License-Identifier: Apache-2.0
#include "shop/campaigns.h"
#include "shop_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;
using Fate = MortalStore::Fate;

Campaign lamps() {
  Campaign campaign;
  campaign.title = "Lamps";
  campaign.owner = *Name::from("ann");
  campaign.pricing = fixed_pricing(Cents{40});
  return campaign;
}

struct Street : ShopWorld {
  Street() {
    account("ann");
    account("bob");
    deposit("bob", 100'000, "r1");
  }

  Result<Answer<CampaignView>> create(const std::string& id, Campaign campaign) {
    return run(shop.campaigns().create(name(id), std::move(campaign)));
  }

  std::vector<std::string> list(const std::string& after, std::size_t items_max) {
    std::vector<std::string> ids;
    const auto views = run(shop.campaigns().list(after, items_max));
    if (!views) throw std::runtime_error(views.error().detail);
    for (const auto& view : *views) ids.push_back(view.id.text());
    return ids;
  }
};

using Ids = std::vector<std::string>;

TEST(Campaign, IsMadeOnce) {
  Street street;
  const auto made = granted(street.create("lamps", lamps()));
  EXPECT_EQ(made.id.text(), "lamps");
  EXPECT_EQ(made.tip.slot, Slot{0});
  EXPECT_EQ(std::get<Offer>(made.next).price, Cents{40});
  EXPECT_EQ(refused(street.create("lamps", lamps())), "exists");
}

TEST(Campaign, IsMadeThoughAnyAnswerIsLost) {  // S7
  for (int lost = 0; lost < 3; ++lost) {
    Street street;
    int writes = 0;
    street.mortal.fate = [&](const Key& /*key*/) {
      return writes++ == lost ? Fate::answer_lost : Fate::alive;
    };
    const auto made = street.run(street.other.campaigns().create(street.name("lamps"), lamps()));
    EXPECT_EQ(granted(made).id.text(), "lamps") << lost;
    EXPECT_EQ(street.findings(), "");
  }
}

TEST(Campaign, IsRefusedOutOfItsBounds) {
  Street street;
  Campaign campaign = lamps();
  campaign.title = std::string(201, 'x');
  EXPECT_EQ(sentence(street.create("lamps", campaign)), "title must be at most 200 bytes");
  campaign.title = "\xff";
  EXPECT_EQ(sentence(street.create("lamps", campaign)), "title must be UTF-8 text");
  campaign = lamps();
  campaign.opens_at = Time{2000ms};
  campaign.closes_at = Time{2000ms};
  EXPECT_EQ(sentence(street.create("lamps", campaign)), "closes_at must come after opens_at");
  campaign = lamps();
  campaign.slot_length = std::chrono::seconds{slot_seconds_max + 1};
  EXPECT_EQ(refused(street.create("lamps", campaign)), "bad_request");
  campaign = lamps();
  campaign.pricing = fixed_pricing(Cents{-1});
  EXPECT_EQ(refused(street.create("lamps", campaign)), "bad_request");
  EXPECT_EQ(street.list("", 10), Ids{});
}

TEST(Campaign, NeedsAnOwner) {
  Street street;
  Campaign campaign = lamps();
  campaign.owner = street.name("eve");
  EXPECT_EQ(refused(street.create("lamps", campaign)), "unknown_account");
  EXPECT_EQ(street.bytes("campaign/lamps"), "");
}

TEST(Campaign, IsOneOfAtMostAThousandOfItsOwner) {
  Street street;
  street.edit("account/ann", [](boost::json::object& account) {
    boost::json::object campaigns;
    for (std::size_t owned = 1; owned < campaigns_per_owner_max; ++owned)
      campaigns["c" + std::to_string(owned)] = 0;
    account["data"].as_object()["campaigns"] = campaigns;
  });
  EXPECT_EQ(refused(street.create("lamps", lamps())), "");
  EXPECT_EQ(refused(street.create("chairs", lamps())), "too_many_campaigns");
}

TEST(Campaign, ShowsWhatIsSoldAndSettledAndOffered) {
  Street street;
  Campaign campaign = lamps();
  campaign.capacity = 2;
  granted(street.create("lamps", campaign));
  street.buy("lamps", "bob");
  street.rest();
  street.append(street.next("campaign/lamps"));
  auto shown = granted(street.run(street.shop.campaigns().show(street.name("lamps"))));
  EXPECT_EQ(shown.head.entry, EntryNumber{1});
  EXPECT_EQ(shown.tip.entry, EntryNumber{2});
  EXPECT_EQ(shown.tip.slot, Slot{1});
  EXPECT_EQ(shown.last->price, Cents{40});
  EXPECT_TRUE(std::holds_alternative<Offer>(shown.next));
  EXPECT_EQ(refused(street.run(street.shop.campaigns().show(street.name("chairs")))),
            "unknown_campaign");
}

TEST(Campaign, SaysWhyItOffersNothing) {
  Street street;
  Campaign campaign = lamps();
  campaign.opens_at = street.clock.now() + 1h;
  const auto made = granted(street.create("lamps", campaign));
  EXPECT_EQ(std::get<Refusal>(made.next).code, "not_open");
}

TEST(Campaigns, AreListedInOrderThoughEntriesLieBetween) {
  Street street;
  const Ids ids{"a", "a-b", "a-b-c", "a.b", "a0", "a_b", "aa", "b"};
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    granted(street.create(*id, lamps()));
    for (int bought = 0; bought < 3; ++bought) street.buy(*id, "bob");
  }
  street.rest();
  EXPECT_EQ(street.list("", 100), ids);
}

TEST(Campaigns, ArePagedFromAnyId) {
  Street street;
  const Ids ids{"a", "a-b", "a.b", "a0", "aa", "b"};
  for (const auto& id : ids) {
    granted(street.create(id, lamps()));
    street.buy(id, "bob");
  }
  street.rest();
  for (std::size_t items_max = 1; items_max <= 7; ++items_max) {
    Ids listed;
    for (;;) {
      const Ids page = street.list(listed.empty() ? "" : listed.back(), items_max);
      EXPECT_LE(page.size(), items_max);
      listed.insert(listed.end(), page.begin(), page.end());
      if (page.size() < items_max) break;
    }
    EXPECT_EQ(listed, ids) << items_max;
  }
  EXPECT_EQ(street.list("a-z", 2), (Ids{"a.b", "a0"}));
  EXPECT_EQ(street.list("zzz", 2), Ids{});
}

TEST(Campaigns, LeaveForeignKeysOutOfTheirList) {
  Street street;
  granted(street.create("lamps", lamps()));
  for (const auto* key : {"campaign/", "campaign/BEDS", "campaign//x", "campaign/.a"})
    street.put(key, street.bytes("campaign/lamps"));
  EXPECT_EQ(street.list("", 10), Ids{"lamps"});
}

}  // namespace
}  // namespace posse
