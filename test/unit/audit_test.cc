/// Audits of sound books: the figures, and what is merely unfinished.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/asio/post.hpp>

#include "audit_shop.h"

namespace posse {
namespace {

TEST(Audit, FindsAnEmptyStoreSound) {
  AuditShop world;
  const auto report = world.report();
  EXPECT_TRUE(report.sound());
  EXPECT_TRUE(report.finished());
  EXPECT_EQ(report.counts.documents, 0U);
}

TEST(Audit, AddsUpTheBooks) {  // I8
  AuditShop world;
  world.fill();
  world.buy("lamps", "bob");
  world.rest();
  const auto report = world.report();
  EXPECT_EQ(world.findings(), "");
  EXPECT_TRUE(report.finished());
  EXPECT_EQ(report.counts.campaigns, 1U);
  EXPECT_EQ(report.counts.accounts, 3U);
  EXPECT_EQ(report.counts.operations, 9U);
  EXPECT_EQ(report.counts.settled, 9U);
  EXPECT_EQ(report.counts.receipts, report.counts.entries);
  EXPECT_EQ(sum_text(report.books.deposits), "8000");
  EXPECT_EQ(sum_text(report.books.withdrawals), "500");
  EXPECT_EQ(sum_text(report.books.balances), "7460");
  EXPECT_EQ(sum_text(report.books.sold), "240");
  EXPECT_EQ(sum_text(report.books.harvested), "200");
  EXPECT_EQ(sum_text(report.books.unharvested), "40");
  EXPECT_EQ(sum_text(report.books.in_flight), "0");
  EXPECT_EQ(sum_text(report.books.difference()), "0");
}

TEST(Audit, ReadsPagesOfSpilledSettlements) {  // I5 I8
  AuditShop world;
  world.account("ann");
  world.account("bob");
  world.account("bob-2");
  world.deposit("bob", 5000, "r1");
  world.campaign("lamps", "ann", 40, 0);
  for (int bought = 0; bought < 70; ++bought) world.buy("lamps", "bob");
  world.rest();
  ASSERT_NE(world.bytes("account/bob/settled/000000000002"), "");
  const auto report = world.report();
  EXPECT_EQ(world.findings(), "");
  EXPECT_EQ(report.counts.settled, 71U);
}

TEST(Audit, KeepsNamesThatBeginAlikeApart) {
  AuditShop world;
  for (const auto* name : {"a", "a-b", "a.c", "a_d", "ab"}) {
    world.account(name);
    world.deposit(name, 5000, "r");
    world.campaign(name, name, 40, 0);
  }
  for (const auto* name : {"a", "a-b", "a.c", "a_d", "ab"}) {
    for (int bought = 0; bought < 20; ++bought) world.buy(name, name);
  }
  world.rest();
  const auto report = world.report();
  EXPECT_EQ(world.findings(), "");
  EXPECT_EQ(report.counts.campaigns, 5U);
  EXPECT_EQ(report.counts.accounts, 5U);
}

TEST(Audit, CallsAnOrphanUnfinishedNotUnsound) {  // S8
  AuditShop world;
  world.fill();
  Entry entry = world.next("campaign/lamps");
  entry.operations.push_back(world.sale("bob", "ann"));
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  const auto report = world.report();
  EXPECT_EQ(world.findings(), "");
  EXPECT_FALSE(report.finished());
  EXPECT_EQ(report.unfinished.entries, 1U);
  EXPECT_EQ(report.unfinished.operations, 1U);
  EXPECT_EQ(report.unfinished.holds, 1U);
  ASSERT_TRUE(report.unfinished.oldest_hold);
  EXPECT_EQ(report.unfinished.oldest_hold->account, "account/bob");
  EXPECT_EQ(report.unfinished.oldest_hold->behind, 1U);
  EXPECT_EQ(sum_text(report.books.in_flight), "-40");
  EXPECT_EQ(sum_text(report.books.difference()), "0");
}

TEST(Audit, LeavesOtherDocumentsAlone) {
  AuditShop world;
  world.fill();
  world.put("watch/3", "whatever");
  world.put("posse/members", "{}");
  world.put("session/x", "");
  EXPECT_EQ(world.findings(), "");
}

TEST(Audit, DoesNotTrustTheGapsOfOnePage) {  // I1
  AuditShop world;
  world.fill();
  world.store.late[entry_of("campaign/lamps", 3)] = 1;
  EXPECT_EQ(world.findings(), "");
  world.store.late[entry_of("campaign/lamps", 1)] = 2;  // the heads look there, too
  EXPECT_EQ(world.findings(), "");
}

TEST(Audit, KnowsThatACampaignMayBeNew) {  // I7
  AuditShop world;
  world.fill();
  world.store.late["campaign/lamps"] = 1;
  EXPECT_EQ(world.findings(), "");
}

TEST(Audit, KnowsThatAnAccountMayBeNew) {
  AuditShop world;
  world.fill();
  world.account("zoe");
  world.put("account/zoe/settled/000000000000", R"({"v":1,"settled":[]})");
  world.store.late["account/zoe"] = 1;
  EXPECT_EQ(world.findings(), "");
}

TEST(Audit, KnowsThatAPageMayBeAheadOfItsAccount) {  // I5
  AuditShop world;
  world.fill();
  const auto account = boost::json::parse(world.bytes("account/bob"));
  const boost::json::object page{{"v", 1}, {"settled", account.at("settled")}};
  world.put("account/bob/settled/000000000000", boost::json::serialize(page));
  EXPECT_EQ(world.findings(), "");
}

class Watcher final : public AuditProgress {
 public:
  std::vector<Progress> shown;
  void show(const Progress& progress) override { shown.push_back(progress); }
};

/// Wants no more after so many questions.
class Impatient final : public AuditProgress {
 public:
  explicit Impatient(int patience) : left(patience) {}
  mutable int left;
  void show(const Progress& /*progress*/) override {}
  bool is_wanted() const override { return left-- > 0; }
};

/// Asks for a turn at each step of an audit, on the same thread.
class Neighbour final : public AuditProgress {
 public:
  explicit Neighbour(boost::asio::io_context& the_io) : io(the_io) {}
  boost::asio::io_context& io;
  int asked = 0;
  int had = 0;
  int waiting_most = 0;
  void show(const Progress& /*progress*/) override {
    waiting_most = std::max(waiting_most, ++asked - had);
    boost::asio::post(io, [this] { ++had; });
  }
};

TEST(Audit, GivesNeighboursATurnBetweenSmallBites) {
  AuditShop world;
  world.fill();
  for (int bought = 5; bought < 10; ++bought) world.buy("lamps", "cid");
  world.rest();
  Neighbour neighbour(world.io);
  Audit audit(world.shop.journal(), world.store, world.clock, Bite::small);
  const auto report = world.run(audit.run(&neighbour));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound());
  EXPECT_GT(neighbour.asked, 10);
  EXPECT_LE(neighbour.waiting_most, 2) << "the last step of a phase and the first of the next";
}

TEST(Audit, EndsBetweenAnyTwoReadsOnceNobodyWantsIt) {
  AuditShop world;
  world.fill();
  int patience = 0;
  for (;; ++patience) {
    Impatient impatient(patience);
    const auto report = world.run(world.audit.run(&impatient));
    if (report) break;
    EXPECT_EQ(report.error().code, Errc::unavailable);
    EXPECT_EQ(impatient.left, -1) << "it went on";
  }
  EXPECT_GT(patience, 5);
}

TEST(Audit, ShowsHowFarItIs) {
  AuditShop world;
  world.fill();
  Watcher watcher;
  const auto report = world.run(world.audit.run(&watcher));
  ASSERT_TRUE(report);
  std::uint64_t done = 0;
  std::vector<std::string_view> phases;
  for (const auto& progress : watcher.shown) {
    if (phases.empty() || phases.back() != progress.phase) phases.push_back(progress.phase);
    if (progress.phase != "entries") continue;
    done = progress.done;
    EXPECT_EQ(progress.total, 16U);
  }
  EXPECT_EQ(phases, (std::vector<std::string_view>{"heads", "accounts", "entries", "checks"}));
  EXPECT_EQ(done, 16U);
}

}  // namespace
}  // namespace posse
