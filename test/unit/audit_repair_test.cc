/// Repairs: they finish what is unfinished, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include "audit_shop.h"

namespace posse {
namespace {

Repairs repair(AuditShop& world) {
  auto repairs = world.run(world.audit.repair(nullptr));
  EXPECT_TRUE(repairs);
  world.rest();
  return *std::move(repairs);
}

void expect_at_rest(AuditShop& world) {
  const auto report = world.report();
  EXPECT_TRUE(report.sound());
  EXPECT_TRUE(report.finished());
  EXPECT_EQ(report.unfinished.operations, 0U);
  const int writes = world.store.writes;
  const auto again = repair(world);
  EXPECT_EQ(world.store.writes, writes);
  EXPECT_EQ(again.entries, 0U);
  EXPECT_EQ(again.holds, 0U);
}

TEST(AuditRepair, FinishesAnOrphanEntry) {  // I9
  AuditShop world;
  world.fill();
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  EXPECT_FALSE(world.report().finished());
  const auto repairs = repair(world);
  EXPECT_EQ(repairs.entries, 1U);
  EXPECT_TRUE(repairs.failures.empty());
  EXPECT_EQ(sum_text(world.report().books.unharvested), "40");
  expect_at_rest(world);
}

TEST(AuditRepair, FencesOrphanHolds) {  // I9
  AuditShop world;
  world.fill();
  const Entry entry = world.next(lamps);
  for (int holds = 0; holds < 3; ++holds) world.declare("bob", world.sale("bob", "ann"), entry);
  world.declare("cid", world.sale("cid", "ann"), entry);
  const auto repairs = repair(world);
  EXPECT_EQ(repairs.holds, 4U);
  EXPECT_EQ(world.report().counts.fences, 8U);
  expect_at_rest(world);
}

TEST(AuditRepair, LeavesAHoldWithoutASequence) {  // I9
  AuditShop world;
  world.fill();
  world.declare("bob", world.sale("bob", "ann"), world.next("campaign/nowhere"));
  const auto repairs = repair(world);
  EXPECT_EQ(repairs.holds, 0U);
  EXPECT_EQ(repairs.failures.size(), 1U);
  EXPECT_EQ(world.bytes(entry_of("campaign/nowhere", 1)), "");
}

TEST(AuditRepair, TouchesNoBrokenBooks) {  // S8
  AuditShop world;
  world.fill();
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));  // and no hold
  world.append(entry);
  const Bytes head = world.bytes(lamps);
  const auto repairs = repair(world);
  EXPECT_EQ(repairs.entries, 0U);
  EXPECT_EQ(repairs.failures.size(), 1U);
  EXPECT_EQ(world.bytes(lamps), head);
}

TEST(AuditRepair, DoesNothingWhereNothingIsToBeDone) {
  AuditShop world;
  world.fill();
  expect_at_rest(world);
}

}  // namespace
}  // namespace posse
