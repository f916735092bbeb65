/// The report for programs and for people.
// SPDX-License-Identifier: Apache-2.0
#include "audit_shop.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

TEST(AuditReport, WritesSumsBeyondSixtyFourBits) {
  const Sum most = Sum{INT64_MAX};
  EXPECT_EQ(sum_text(0), "0");
  EXPECT_EQ(sum_text(-40), "-40");
  EXPECT_EQ(sum_text(most * 10), "92233720368547758070");
  EXPECT_EQ(sum_text(-most - 1), "-9223372036854775808");
  AuditReport report;
  report.books.deposits = most * 10;
  const auto json = to_json(report);
  EXPECT_EQ(json.at("books").at("deposits"), "92233720368547758070");
}

TEST(AuditReport, HasStableFieldNames) {
  AuditShop world;
  world.fill();
  const auto json = boost::json::serialize(to_json(world.report()));
  EXPECT_EQ(json,
            R"({"sound":true,"finished":true,)"
            R"("counts":{"documents":22,"campaigns":1,"journals":)" +
                std::to_string(world.report().counts.journals) +
                R"(,"accounts":3,"entries":8,"fences":0,"receipts":8,"operations":8,"settled":8},)"
                R"("books":{"deposits":8000,"withdrawals":500,"balances":7500,"in_flight":0,)"
                R"("sold":200,"harvested":200,"unharvested":0,"difference":0},)"
                R"("replayed":{"documents":0,"verified":0,"unverifiable":0},)"
                R"("unfinished":{"entries":0,"operations":0,"holds":0,"oldest_hold":null},)"
                R"("findings_total":0,"findings_by_code":{},"findings":[]})");
}

TEST(AuditReport, ReadsAsProse) {
  AuditShop world;
  world.fill();
  const auto text = to_text(world.report());
  EXPECT_EQ(text.substr(text.find('\n')),
            "\n\n"
            "  deposits                                  8000\n"
            "  withdrawals                               -500\n"
            "  = money in the shop                       7500\n"
            "\n"
            "  balances                                  7500\n"
            "  not yet settled                              0\n"
            "  not yet harvested                            0\n"
            "  = money accounted for                     7500\n"
            "\n"
            "  sold                                       200\n"
            "  harvested                                  200\n"
            "\n"
            "nothing is unfinished\n"
            "\n"
            "the books are sound\n");
}

TEST(AuditReport, EndsWithTheVerdict) {
  AuditShop world;
  world.fill();
  world.put("campaign/lamps/junk", "");
  world.put("campaign/lamps/more", "");
  const auto text = to_text(world.report());
  EXPECT_TRUE(
      text.ends_with("\n\n"
                     "  unknown_key: campaign/lamps/junk is nothing this program knows\n"
                     "  unknown_key: campaign/lamps/more is nothing this program knows\n"
                     "\n"
                     "UNSOUND: 2 findings\n"));
}

TEST(AuditReport, ShowsTheOldestHold) {
  AuditReport report;
  report.unfinished.holds = 2;
  report.unfinished.oldest_hold = OldestHold{.account = "account/bob",
                                             .intent = {},
                                             .sequence = Sequence{"campaign/a"},
                                             .first = EntryNumber{3},
                                             .last = EntryNumber{10},
                                             .behind = 4};
  const auto json = to_json(report);
  EXPECT_EQ(json.at("unfinished").at("oldest_hold").at("behind"), 4U);
  EXPECT_NE(to_text(report).find("account/bob, entries 3 to 10 of campaign/a"), std::string::npos);
}

}  // namespace
}  // namespace posse
