/// Paying sellers exactly once.
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/turn.h"
#include "shop/harvest.h"
#include "shop_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;
using Fate = MortalStore::Fate;

/// ann sells lamps at 40; bob has bought three, and everything is settled.
struct Field : ShopWorld {
  Field() {
    for (const auto* one : {"ann", "bob", "dan"}) account(one);
    deposit("bob", 100'000, "r1");
    campaign("lamps", "ann", 40, 0);
    for (int bought = 0; bought < 3; ++bought) buy("lamps", "bob");
    rest();
  }

  Result<Answer<Harvested>> reap(const std::string& seller) {
    return run(shop.harvest().run(name(seller)));
  }
  Result<Answer<Harvested>> reap_elsewhere(const std::string& seller) {
    return run(other.harvest().run(name(seller)));
  }
};

TEST(Harvest, PaysEachReceiptOnce) {  // S16 I8
  Field field;
  const auto first = granted(field.reap("ann"));
  EXPECT_EQ(first.paid, (std::map<std::string, Cents>{{"lamps", Cents{120}}}));
  EXPECT_EQ(first.balance, Cents{120});
  const auto again = granted(field.reap_elsewhere("ann"));
  EXPECT_TRUE(again.paid.empty());
  EXPECT_EQ(again.balance, Cents{120});
  field.buy("lamps", "bob");
  field.rest();
  EXPECT_EQ(granted(field.reap_elsewhere("ann")).balance, Cents{160});
  EXPECT_EQ(field.findings(), "");
}

TEST(Harvest, PaysAllCampaignsOfTheSeller) {  // S16
  Field field;
  field.campaign("chairs", "ann", 7, 0);
  field.campaign("tables", "dan", 9, 0);
  for (const auto* campaign : {"chairs", "tables"}) field.buy(campaign, "bob");
  field.rest();
  const auto ann = granted(field.reap("ann"));
  EXPECT_EQ(ann.paid, (std::map<std::string, Cents>{{"chairs", Cents{7}}, {"lamps", Cents{120}}}));
  EXPECT_EQ(granted(field.reap("dan")).balance, Cents{9});
  EXPECT_EQ(field.findings(), "");
}

TEST(Harvest, PaysOnceThoughItDiesAtAnyWrite) {  // S16
  for (int last = 0; last < 3; ++last) {
    for (const Fate fate : {Fate::dead_before, Fate::dead_after, Fate::answer_lost}) {
      Field field;
      field.campaign("chairs", "ann", 7, 0);
      field.buy("chairs", "bob");
      field.rest();
      int writes = 0;
      field.mortal.fate = [&](const Key& /*key*/) { return writes++ == last ? fate : Fate::alive; };
      (void)field.reap_elsewhere("ann");
      EXPECT_EQ(granted(field.reap("ann")).balance, Cents{127}) << last;
      EXPECT_EQ(field.findings(), "") << last;
    }
  }
}

TEST(Harvest, PaysOnceThoughTwoRunAtOnce) {  // S16
  Field field;
  std::vector<Harvested> harvests;
  TaskGroup tasks(field.io.get_executor());
  const auto reap = [&](Shop* shop) -> Task<void> {
    const auto harvested = co_await shop->harvest().run(ShopWorld::name("ann"));
    harvests.push_back(granted(harvested));
  };
  for (auto* shop : {&field.shop, &field.other, &field.other}) tasks.spawn(reap(shop));
  field.run(tasks.join());
  std::int64_t paid = 0;
  for (const auto& harvested : harvests) {
    EXPECT_EQ(harvested.balance, Cents{120});
    for (const auto& [campaign, sum] : harvested.paid) paid += number(sum);
  }
  EXPECT_EQ(paid, 120);
  EXPECT_EQ(field.balance("ann"), 120);
}

TEST(Harvest, PaysOnceThoughAnotherIsFirstBetweenReadAndWrite) {  // S7 S16
  Field field;
  bool first = true;
  field.mortal.meanwhile = [&](Key key) -> Task<void> {
    if (key.text() != "account/ann" || !std::exchange(first, false)) co_return;
    const auto harvested = co_await field.shop.harvest().run(ShopWorld::name("ann"));
    EXPECT_EQ(granted(harvested).balance, Cents{120});
  };
  const auto late = granted(field.reap_elsewhere("ann"));
  EXPECT_TRUE(late.paid.empty());
  EXPECT_EQ(late.balance, Cents{120});
}

TEST(Harvest, KeepsADepositThatCameInBetween) {  // S7 S16
  Field field;
  bool first = true;
  field.mortal.meanwhile = [&](Key key) -> Task<void> {
    if (key.text() != "account/ann" || !std::exchange(first, false)) co_return;
    const Payment payment = ShopWorld::payment("ann", 5, "r1");
    const auto booked = co_await field.shop.payments().deposit(payment);
    EXPECT_EQ(refused(booked), "");
    co_await field.clock.sleep(1s);
  };
  granted(field.reap_elsewhere("ann"));
  field.rest();
  EXPECT_EQ(field.balance("ann"), 125);
  EXPECT_EQ(field.findings(), "");
}

TEST(Harvest, SkipsFences) {  // S16
  Field field;
  field.append(field.next("campaign/lamps"));
  field.buy("lamps", "bob");
  field.rest();
  ASSERT_EQ(field.bytes(receipt_of("campaign/lamps", 4)), "");
  EXPECT_EQ(granted(field.reap("ann")).balance, Cents{160});
  EXPECT_EQ(field.findings(), "");
}

TEST(Harvest, LeavesWhatIsNotSettledForLater) {  // S16 I6
  Field field;
  Entry entry = field.next("campaign/lamps");
  entry.operations.push_back(field.sale("bob", "ann"));
  field.declare("bob", entry.operations.front(), entry);
  field.append(entry);
  EXPECT_EQ(granted(field.reap("ann")).balance, Cents{120});
}

TEST(Harvest, PaysNothingThatNamesAnotherSeller) {  // S16
  Field field;
  // A cursor that stayed behind when somebody else was first to create the campaign.
  field.edit("account/dan", [](boost::json::object& account) {
    account["data"].as_object()["campaigns"] = {{"lamps", 0}};
  });
  const auto harvested = granted(field.reap("dan"));
  EXPECT_EQ(harvested.balance, Cents{0});
  EXPECT_EQ(granted(field.reap("ann")).balance, Cents{120});
}

TEST(Harvest, PaysNothingForACursorWithoutACampaign) {
  Field field;
  field.edit("account/dan", [](boost::json::object& account) {
    account["data"].as_object()["campaigns"] = {{"gone", 0}};
  });
  EXPECT_TRUE(granted(field.reap("dan")).paid.empty());
}

TEST(Harvest, NeedsItsAccount) {
  Field field;
  EXPECT_EQ(refused(field.reap("eve")), "unknown_account");
}

TEST(Harvest, IsRefusedIfTheBalanceCannotHoldIt) {  // I4 I8
  Field field;
  field.deposit("ann", INT64_MAX - 119, "r2");
  field.rest();
  const auto answer = field.reap("ann");
  EXPECT_EQ(refused(answer), "amount_too_large");
  EXPECT_EQ(field.balance("ann"), INT64_MAX - 119);
  field.withdraw("ann", 1, "r3");
  field.rest();
  EXPECT_EQ(granted(field.reap("ann")).balance, Cents{INT64_MAX});
}

TEST(Harvest, SaysWhatIsDueAndPaysNothing) {  // S16
  Field field;
  field.campaign("chairs", "ann", 7, 0);
  field.buy("chairs", "bob");
  field.rest();
  const int before = field.store.writes;
  const auto due = granted(field.run(field.shop.harvest().due(field.name("ann"))));
  EXPECT_EQ(field.store.writes, before);
  EXPECT_TRUE(due.complete);
  EXPECT_EQ(due.due, granted(field.reap("ann")).paid);
  const auto after = granted(field.run(field.shop.harvest().due(field.name("ann"))));
  EXPECT_TRUE(after.complete && after.due.empty());
  EXPECT_EQ(refused(field.run(field.shop.harvest().due(field.name("eve")))), "unknown_account");
}

TEST(Harvest, ReadsNoMoreThanItsBoundsToSayWhatIsDue) {
  Field field;
  field.deposit("bob", 10'000'000, "r2");
  for (int bought = 3; bought < 1005; ++bought) field.buy("lamps", "bob");
  field.rest();
  const auto due = granted(field.run(field.shop.harvest().due(field.name("ann"))));
  EXPECT_FALSE(due.complete);
  EXPECT_EQ(due.due, (std::map<std::string, Cents>{{"lamps", Cents{1000 * 40}}}));
}

TEST(Harvest, PaysMoreEntriesThanOneSwapCovers) {  // S16
  Field field;
  field.deposit("bob", 10'000'000, "r2");
  for (int bought = 3; bought < 1005; ++bought) field.buy("lamps", "bob");
  field.rest();
  EXPECT_EQ(granted(field.reap("ann")).balance, Cents{1005 * 40});
}

/// Counts the turns that somebody else gets on the same thread.
Task<void> count_turns(const bool* has_ended, int* turns) {
  while (!*has_ended) {
    co_await give_way();
    ++*turns;
  }
}

TEST(Harvest, LeavesOthersATurnForEachReceipt) {
  for (const bool pays : {false, true}) {
    Field field;
    for (int bought = 0; bought < 20; ++bought) {
      field.buy("lamps", "bob");
      field.rest();
    }
    bool has_ended = false;
    int turns = 0;
    const auto reap = [&]() -> Task<void> {
      if (pays)
        (void)co_await field.shop.harvest().run(field.name("ann"));
      else
        (void)co_await field.shop.harvest().due(field.name("ann"));
      has_ended = true;
    };
    boost::asio::co_spawn(field.io, count_turns(&has_ended, &turns), boost::asio::detached);
    field.run(reap());
    EXPECT_TRUE(has_ended);
    EXPECT_GE(turns, 20);
  }
}

}  // namespace
}  // namespace posse
