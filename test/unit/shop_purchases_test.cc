/// Buying: every refusal, and one purchase per key wherever it is asked for.
// SPDX-License-Identifier: Apache-2.0
#include "shop/purchases.h"
#include "shop_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;
using Fate = MortalStore::Fate;

/// ann sells lamps at 40, three of them; bob has 1000.
struct Market : ShopWorld {
  Market() {
    for (const auto* one : {"ann", "bob", "cid"}) account(one);
    deposit("bob", 1000, "r1");
    campaign("lamps", "ann", 40, 3);
  }

  Result<Answer<Sale>> ask(Purchase purchase) {
    return run(shop.purchases().buy(std::move(purchase)));
  }
  Result<Answer<Sale>> ask_other(Purchase purchase) {
    return run(other.purchases().buy(std::move(purchase)));
  }
};

TEST(Purchase, SellsTheNextSlotAtItsPrice) {  // S9 I3
  Market market;
  const auto first = granted(market.ask(market.order("lamps", "bob", 100)));
  const auto second = granted(market.ask_other(market.order("lamps", "bob", 40)));
  market.rest();
  EXPECT_EQ(first.slot, Slot{1});
  EXPECT_EQ(first.price, Cents{40});
  EXPECT_FALSE(first.repeated);
  EXPECT_EQ(second.slot, Slot{2});
  EXPECT_EQ(market.balance("bob"), 920);
  EXPECT_EQ(market.findings(), "");
}

TEST(Purchase, RefusesByItsCodes) {  // I10
  Market market;
  EXPECT_EQ(refused(market.ask(market.order("chairs", "bob", 40))), "unknown_campaign");
  EXPECT_EQ(refused(market.ask(market.order("lamps", "dan", 40))), "unknown_account");
  EXPECT_EQ(refused(market.ask(market.order("lamps", "bob", 39))), "price_moved");
  EXPECT_EQ(refused(market.ask(market.order("lamps", "cid", 40))), "insufficient_funds");
  EXPECT_EQ(refused(market.ask(market.order("lamps", "bob", 1001))), "insufficient_funds");
  EXPECT_EQ(refused(market.ask(market.order("lamps", "bob", -1))), "bad_request");
  market.rest();
  EXPECT_EQ(market.bytes(entry_of("campaign/lamps", 1)), "");
  EXPECT_EQ(market.balance("bob"), 1000);
}

TEST(Purchase, SaysWhichCampaignAndAccountThereIsNot) {
  Market market;
  EXPECT_EQ(sentence(market.ask(market.order("chairs", "bob", 40))),
            "there is no campaign `chairs`");
  EXPECT_EQ(sentence(market.ask(market.order("lamps", "dan", 40))), "there is no account `dan`");
}

TEST(Purchase, RefusesWhenTheCampaignIsNotOpenOrClosedOrSoldOut) {
  Market market;
  Campaign chairs;
  chairs.owner = market.name("ann");
  chairs.pricing = fixed_pricing(Cents{1});
  chairs.opens_at = market.clock.now() + 1min;
  chairs.closes_at = market.clock.now() + 2min;
  granted(market.run(market.shop.campaigns().create(market.name("chairs"), chairs)));
  EXPECT_EQ(refused(market.ask(market.order("chairs", "bob", 1))), "not_open");
  market.run(market.clock.sleep(60s));
  EXPECT_EQ(refused(market.ask(market.order("chairs", "bob", 1))), "");
  market.run(market.clock.sleep(60s));
  EXPECT_EQ(refused(market.ask(market.order("chairs", "bob", 1))), "closed");
  for (int bought = 0; bought < 3; ++bought) granted(market.ask(market.order("lamps", "bob", 40)));
  EXPECT_EQ(refused(market.ask(market.order("lamps", "bob", 40))), "sold_out");
  market.rest();
}

TEST(Purchase, TakesAContentOf2048BytesOfUtf8AndNoMore) {
  Market market;
  Purchase purchase = market.order("lamps", "bob", 40);
  purchase.content = std::string(2049, 'x');
  EXPECT_EQ(sentence(market.ask(purchase)), "content must be at most 2048 bytes");
  for (const std::string wrong : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "a\x80"}) {
    purchase.content = wrong;
    EXPECT_EQ(sentence(market.ask(purchase)), "content must be UTF-8 text");
  }
  purchase.content = std::string(2048, 'x');
  EXPECT_EQ(refused(market.ask(purchase)), "");
  purchase = market.order("lamps", "bob", 40);
  purchase.content = "\xc3\xa4 \xf0\x9f\x92\xa1\n\t\"\\";
  EXPECT_EQ(refused(market.ask(purchase)), "");
  const auto again = granted(market.ask_other(purchase));
  EXPECT_TRUE(again.repeated);
  market.rest();
}

TEST(Purchase, BoundsAContentOfControlCharactersAsItIsStored) {
  Market market;
  Purchase purchase = market.order("lamps", "bob", 40);
  purchase.content = std::string(2048, '\x01');  // six bytes each
  const auto answer = market.ask(purchase);
  EXPECT_EQ(refused(answer), "bad_request");
  EXPECT_EQ(sentence(answer),
            "content must be at most 2800 bytes as JSON, where a control character takes six");
  purchase.content = std::string(466, '\x01');
  EXPECT_EQ(refused(market.ask(purchase)), "");
  market.rest();
}

TEST(Purchase, FitsWithEverythingAtItsLargest) {
  Market market;
  const std::string longest(64, 'z');
  market.account(longest);
  market.deposit(longest, INT64_MAX, "r");
  market.campaign(longest, longest, 40, 0);
  Purchase purchase = market.order(longest, longest, INT64_MAX);
  purchase.content = std::string(466, '\x01');
  EXPECT_EQ(refused(market.ask(purchase)), "");
  market.rest();
  EXPECT_EQ(market.findings(), "");
}

TEST(Purchase, IsOneForOneKeyOnWhateverNode) {  // I2 I10
  Market market;
  const Purchase purchase = market.order("lamps", "bob", 100);
  const auto sold = granted(market.ask(purchase));
  const auto here = granted(market.ask(purchase));
  const auto there = granted(market.ask_other(purchase));
  market.rest();
  const auto later = granted(market.ask_other(purchase));
  for (const auto& again : {here, there, later}) {
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.slot, sold.slot);
    EXPECT_EQ(again.price, sold.price);
    EXPECT_EQ(again.entry, sold.entry);
    EXPECT_EQ(again.intent, sold.intent);
    EXPECT_EQ(again.sold_at, sold.sold_at);
  }
  EXPECT_EQ(market.balance("bob"), 960);
}

TEST(Purchase, IsStillTheSameAfterItHasSpilledAndTheCampaignIsSoldOut) {  // I10
  Market market;
  market.deposit("bob", 100'000, "r2");
  const Purchase purchase = market.order("lamps", "bob", 100);
  const auto sold = granted(market.ask(purchase));
  for (int bought = 0; bought < 2; ++bought) market.buy("lamps", "bob");
  market.campaign("chairs", "ann", 1, 0);
  for (int bought = 0; bought < 60; ++bought) {
    market.run(market.clock.sleep(10ms));
    market.buy("chairs", "bob");
  }
  market.rest();
  ASSERT_NE(market.bytes("account/bob/settled/000000000000"), "");
  const auto again = granted(market.ask_other(purchase));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.slot, sold.slot);
}

TEST(Purchase, IsRefusedUnderTheKeyOfAnother) {
  Market market;
  market.campaign("chairs", "ann", 40, 0);
  const Purchase purchase = market.order("lamps", "bob", 100);
  granted(market.ask(purchase));
  Purchase dearer = purchase;
  dearer.max_price = Cents{101};
  Purchase elsewhere = purchase;
  elsewhere.campaign = market.name("chairs");
  Purchase other_words = purchase;
  other_words.content = "hello";
  for (const auto& wrong : {dearer, elsewhere, other_words}) {
    EXPECT_EQ(refused(market.ask(wrong)), "key_reused");
    EXPECT_EQ(refused(market.ask_other(wrong)), "key_reused");
  }
  market.rest();
  EXPECT_EQ(market.balance("bob"), 960);
}

TEST(Purchase, BelongsToItsBuyerWhoeverElseUsesTheKey) {
  Market market;
  market.deposit("cid", 100, "r2");
  Purchase purchase = market.order("lamps", "bob", 40);
  granted(market.ask(purchase));
  purchase.buyer = market.name("cid");
  const auto sold = granted(market.ask_other(purchase));
  EXPECT_FALSE(sold.repeated);
  EXPECT_EQ(sold.slot, Slot{2});
  market.rest();
}

TEST(Purchase, IsOneForOneKeyAskedForOnTwoNodesAtOnce) {  // I2 I3
  Market market;
  const Purchase purchase = market.order("lamps", "bob", 100);
  TaskGroup tasks(market.io.get_executor());
  std::vector<Sale> sales;
  const auto ask = [&](Shop* shop) -> Task<void> {
    const auto answer = co_await shop->purchases().buy(purchase);
    sales.push_back(granted(answer));
  };
  for (int asked = 0; asked < 2; ++asked) {
    tasks.spawn(ask(&market.shop));
    tasks.spawn(ask(&market.other));
  }
  market.run(tasks.join());
  market.rest();
  ASSERT_EQ(sales.size(), 4U);
  for (const auto& sale : sales) EXPECT_EQ(sale.intent, sales.front().intent);
  EXPECT_EQ(market.balance("bob"), 960);
  EXPECT_EQ(market.bytes(entry_of("campaign/lamps", 2)), "");
}

TEST(Purchase, MayBeAskedForAgainWhenItsNodeDiedAfterTheClaim) {  // S10 I10
  Market market;
  const Purchase purchase = market.order("lamps", "bob", 100);
  market.mortal.fate = [](const Key& key) {
    return key.text().contains("/entry/") ? Fate::dead_after : Fate::alive;
  };
  const auto lost = market.ask_other(purchase);
  EXPECT_FALSE(lost && std::holds_alternative<Refusal>(*lost));
  const auto again = granted(market.ask(purchase));
  market.rest();
  EXPECT_EQ(again.slot, Slot{1});
  EXPECT_EQ(market.balance("bob"), 960);
}

TEST(Purchase, MayBeAskedForAgainWhenItsNodeDiedBeforeTheClaim) {  // S11 I9
  Market market;
  const Purchase purchase = market.order("lamps", "bob", 1000);
  market.mortal.fate = [](const Key& key) {
    return key.text().contains("/entry/") ? Fate::dead_before : Fate::alive;
  };
  EXPECT_FALSE(market.ask_other(purchase));
  const auto again = granted(market.ask(purchase));
  market.rest();
  EXPECT_FALSE(again.repeated);
  EXPECT_EQ(market.balance("bob"), 960);
  EXPECT_EQ(market.findings(), "");
}

}  // namespace
}  // namespace posse
