/// Each way to damage the books, and the finding that it makes.
// SPDX-License-Identifier: Apache-2.0
#include "audit_shop.h"

namespace posse {
namespace {

namespace json = boost::json;

/// ann sells lamps; everything is settled and paid.
class AuditFindings : public testing::Test {
 protected:
  AuditFindings() { world.fill(); }

  json::array settled_row(const std::string& sequence, std::uint64_t entry) {
    const Intent intent = Intent::attempt(request_key("x", "y", {}), world.random);
    return {intent.text(), sequence, entry, 0};
  }

  void settle_on(const std::string& account, const json::array& row) {
    world.edit(account, [&](json::object& document) {
      document.at("settled").as_array().emplace_back(row);
    });
  }

  void set_balance(const std::string& account, std::int64_t balance) {
    world.edit(account, [&](json::object& document) {
      document.at("data").as_object()["balance"] = balance;
    });
  }

  void set_head(const Tip& tip) {
    world.edit(lamps, [&](json::object& document) {
      document["head"] = {{"entry", number(tip.entry)},
                          {"slot", number(tip.slot)},
                          {"hash", to_text(tip.hash)},
                          {"time", number(tip.time)},
                          {"state", tip.state}};
    });
  }

  Tip tip_at(std::uint64_t entry) {
    auto& sequences = world.shop.journal().sequences();
    return *world.run(sequences.tip_at(Sequence{lamps}, EntryNumber{entry}));
  }

  /// A sale beyond the head, held by its buyer.
  Entry orphan() {
    Entry entry = world.next(lamps);
    entry.operations.push_back(world.sale("bob", "ann"));
    world.declare("bob", entry.operations.front(), entry);
    world.append(entry);
    return entry;
  }

  AuditShop world;
};

TEST_F(AuditFindings, AreNoneBeforeTheDamage) {
  EXPECT_EQ(world.findings(), "");
}

TEST_F(AuditFindings, SayThatAnEntryIsMissing) {  // I1
  world.append(world.next(lamps));
  world.append(world.next(lamps));
  world.append(world.next(lamps));
  world.store.lost.insert(entry_of(lamps, 7));
  EXPECT_EQ(world.findings(), "I1");
}

TEST_F(AuditFindings, GoOnBehindAGap) {  // I1 I3
  for (int fences = 0; fences < 3; ++fences) world.append(world.next(lamps));
  Entry entry = world.next(lamps);
  entry.first_slot = entry.first_slot + 1;
  world.append(entry);
  world.store.lost.insert(entry_of(lamps, 7));
  EXPECT_EQ(world.findings(), "I1 I3");
}

TEST_F(AuditFindings, SayThatASettledEntryIsMissing) {  // I1 I5
  world.store.lost.insert(entry_of(lamps, 3));
  EXPECT_EQ(world.findings(), "I1 I5");
}

TEST_F(AuditFindings, SayThatTheChainIsBroken) {  // I1
  Entry entry = world.next(lamps);
  entry.previous.at(5) ^= 1U;
  world.append(entry);
  EXPECT_EQ(world.findings(), "I1");
}

TEST_F(AuditFindings, SayThatAnEntryWasChanged) {  // I1
  world.edit(entry_of(lamps, 3), [](json::object& entry) {
    entry.at("operations").as_array().at(0).as_object().at("data").as_object()["content"] = "!";
  });
  EXPECT_EQ(world.findings(), "I1");
  EXPECT_EQ(world.report().findings.kept().front().keys.front(), entry_of(lamps, 4));
}

TEST_F(AuditFindings, SayThatTimeGoesBack) {  // I1
  Entry entry = world.next(lamps);
  entry.time = Time{std::chrono::milliseconds{1}};
  world.append(entry);
  EXPECT_EQ(world.findings(), "I1");
}

TEST_F(AuditFindings, SayThatAnEntryIsAtTheWrongPlace) {  // I1
  world.put(entry_of(lamps, 6), world.bytes(entry_of(lamps, 5)));
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditFindings, SayThatAnIntentIsInTwoEntries) {  // I2
  const auto first =
      world.run(world.shop.journal().sequences().entry(Sequence{lamps}, EntryNumber{1}));
  Entry entry = world.next(lamps);
  entry.operations.push_back((*first)->entry->operations.front());
  world.append(entry);
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditFindings, SayThatAnIntentIsInTwoUnsettledEntries) {  // I2
  const Entry orphaned = orphan();
  Entry entry = world.next(lamps);
  entry.operations = orphaned.operations;
  world.append(entry);
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditFindings, SayThatAnIntentIsInTwoSequences) {  // I2
  const auto first =
      world.run(world.shop.journal().sequences().entry(Sequence{lamps}, EntryNumber{1}));
  world.campaign("chairs", "ann", 40, 0);
  Entry entry = world.next("campaign/chairs");
  entry.operations.push_back((*first)->entry->operations.front());
  world.append(entry);
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditFindings, SayThatAnIntentIsTwiceInAnEntry) {  // I2
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  world.declare("bob", entry.operations.front(), entry);
  entry.operations.push_back(entry.operations.front());
  world.append(entry);
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditFindings, SayThatSlotsAreSkipped) {  // I3
  Entry entry = world.next(lamps);
  entry.first_slot = entry.first_slot + 1;
  world.append(entry);
  EXPECT_EQ(world.findings(), "I3");
}

TEST_F(AuditFindings, SayThatMoreIsSoldThanThereIs) {  // I3
  world.edit(lamps, [](json::object& head) { head.at("settings").as_object()["capacity"] = 4; });
  EXPECT_EQ(world.findings(), "I3");
}

TEST_F(AuditFindings, SayThatABalanceIsNegative) {  // I4 I8
  set_balance("account/cid", -1);
  EXPECT_EQ(world.findings(), "I4 I8");
}

TEST_F(AuditFindings, SayThatHoldsReserveMoreThanThereIs) {  // I4
  const Entry entry = world.next(lamps);
  world.declare("bob", world.sale("bob", "ann"), entry);
  world.edit("account/bob", [](json::object& document) {
    auto& hold = document.at("holds").as_array().at(0).as_object();
    hold.at("reserve").as_object()["balance"] = -100'000;
  });
  EXPECT_EQ(world.findings(), "I4");
}

TEST_F(AuditFindings, SayThatASettledIntentHasNoEntry) {  // I5
  settle_on("account/bob", settled_row(lamps, 99));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatASettledIntentIsNotInItsEntry) {  // I5
  settle_on("account/bob", settled_row(lamps, 1));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatASettledIntentHasNoSequence) {  // I5
  settle_on("account/bob", settled_row("campaign/nowhere", 1));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatASettlementIsOnTheWrongAccount) {  // I5
  const auto document = json::parse(world.bytes("account/cid"));
  settle_on("account/ann", document.at("settled").as_array().at(1).as_array());
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAnIntentIsSettledTwice) {  // I5
  const auto document = json::parse(world.bytes("account/cid"));
  settle_on("account/cid", document.at("settled").as_array().at(1).as_array());
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAnIntentIsHeldAndSettled) {  // I5
  const auto document = json::parse(world.bytes("account/bob"));
  const auto row = document.at("settled").as_array().at(1).as_array();
  Operation operation = world.sale("bob", "ann");
  operation.intent = *Intent::from(std::string(row.at(0).as_string()));
  world.declare("bob", operation, world.next(lamps));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAPageOfSettlementsIsMissing) {  // I5
  for (int bought = 0; bought < 40; ++bought) {
    world.deposit("bob", 1, "more" + std::to_string(bought));
  }
  world.rest();
  EXPECT_EQ(world.findings(), "");
  world.store.lost.insert("account/bob/settled/000000000000");
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAReceiptIsNotItsEntrys) {  // I5
  world.edit(receipt_of(lamps, 2), [](json::object& receipt) {
    receipt.at("lines").as_array().at(0).as_object()["amount"] = 41;
  });
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAReceiptHasNoEntry) {  // I5
  world.put(receipt_of(lamps, 7), world.bytes(receipt_of(lamps, 5)));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatASettledEntryHasNoReceipt) {  // I5
  set_head(tip_at(4));
  EXPECT_EQ(world.findings(), "");
  world.store.lost.insert(receipt_of(lamps, 5));
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditFindings, SayThatAPublishedEntryHasNoReceipt) {  // I6
  world.store.lost.insert(receipt_of(lamps, 2));
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditFindings, SayThatAFenceHasAReceipt) {  // I6
  world.append(world.next(lamps));
  world.put(receipt_of(lamps, 6), world.bytes(receipt_of(lamps, 5)));
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditFindings, SayThatTheHeadIsNotItsEntrys) {  // I6
  Tip tip = tip_at(5);
  tip.slot = tip.slot + 1;
  set_head(tip);
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditFindings, SayThatAPublishedOperationIsStillHeld) {  // I6
  const Entry entry = orphan();
  world.put(receipt_of(lamps, 6), write_receipt(entry));
  set_head(tip_at(6));
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditFindings, SayThatTheHeadIsBeyondTheLastEntry) {  // I7
  Tip tip = tip_at(5);
  tip.entry = EntryNumber{9};
  set_head(tip);
  EXPECT_EQ(world.findings(), "I7");
}

TEST_F(AuditFindings, SayThatAHeadIsLost) {  // I7
  world.store.lost.insert(lamps);
  EXPECT_EQ(world.findings(), "I7");
}

TEST_F(AuditFindings, SayThatABalanceIsWrong) {  // I8
  set_balance("account/bob", 4881);
  EXPECT_EQ(world.findings(), "I8");
  EXPECT_EQ(sum_text(world.report().books.difference()), "-1");
}

TEST_F(AuditFindings, SayThatASellerWasPaidTooMuch) {  // I8
  world.edit("account/ann", [](json::object& document) {
    document.at("data").as_object().at("campaigns").as_object()["lamps"] = 3;
  });
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, SayThatASellerWasPaidForWhatIsNotThere) {  // I8
  world.edit("account/ann", [](json::object& document) {
    document.at("data").as_object().at("campaigns").as_object()["lamps"] = 6;
  });
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, SayThatASellerIsNeverPaid) {  // I8
  world.edit("account/ann", [](json::object& document) {
    document.at("data").as_object().at("campaigns").as_object().clear();
    document.at("data").as_object()["balance"] = 0;
  });
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, SayThatAnOperationLosesMoney) {  // I8
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  entry.operations.front().line["amount"] = 39;
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, SayThatAHoldCanNeverBeDecided) {  // I9
  world.declare("bob", world.sale("bob", "ann"), world.next("campaign/nowhere"));
  EXPECT_EQ(world.findings(), "I9");
}

TEST_F(AuditFindings, RaiseTheAlarm) {  // S8
  world.edit("account/bob", [](json::object& document) {
    document.at("settled").as_array().pop_back();
    document.at("data").as_object()["balance"] = 5000 - 2 * 40;
  });
  EXPECT_EQ(world.findings(), "S8");
}

TEST_F(AuditFindings, RaiseTheAlarmForALostAccount) {  // S8
  world.store.lost.insert("account/cid");
  EXPECT_EQ(world.findings(), "S8 S8 S8 S8");
}

TEST_F(AuditFindings, NameKeysThatNobodyKnows) {
  for (const auto* key :
       {"campaign/lamps/junk", "campaign/lamps/entry/abc", "campaign/lamps/entry/000000000000",
        "campaign/lamps/receipt/1", "campaign/lamps/~", "campaign/UP", "campaign/DOWN/entry/1",
        "journal/x", "journal/01", "account/UP", "account/bob/x", "account/bob/settled/1",
        "account/zed/settled/000000000000"}) {
    AuditShop other;
    other.fill();
    other.put(key, R"({"v":1,"settled":[]})");
    EXPECT_EQ(other.findings(), "unknown_key") << key;
  }
}

TEST_F(AuditFindings, NameDocumentsThatCannotBeRead) {
  for (const auto* key : {"campaign/lamps", "account/bob", "account/ann"}) {
    for (const auto* bytes : {"{", "[]", R"({"v":2})"}) {
      AuditShop other;
      other.fill();
      other.put(key, bytes);
      EXPECT_EQ(other.findings(), "unreadable") << key << bytes;
    }
  }
}

TEST_F(AuditFindings, NameAnEntryThatCannotBeRead) {
  world.append(world.next(lamps));
  world.put(entry_of(lamps, 6), "{");
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditFindings, NameASettledEntryThatCannotBeRead) {  // I1
  world.put(entry_of(lamps, 3), "{");
  EXPECT_EQ(world.findings(), "unreadable I1");
}

TEST_F(AuditFindings, NameAnEntryOfANewerFormat) {
  Entry entry = world.next(lamps);
  world.append(entry);
  world.edit(entry_of(lamps, 6), [](json::object& document) { document["v"] = 2; });
  const auto report = world.report();
  ASSERT_EQ(report.findings.total(), 1U);
  EXPECT_NE(report.findings.kept().front().sentence.find("newer format"), std::string::npos);
}

TEST_F(AuditFindings, NameAReceiptThatCannotBeRead) {
  world.put(receipt_of(lamps, 3), "x");
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditFindings, NameAPageThatCannotBeRead) {
  for (int bought = 0; bought < 40; ++bought) {
    world.deposit("bob", 1, "more" + std::to_string(bought));
  }
  world.rest();
  world.put("account/bob/settled/000000000000", "{}");
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditFindings, SayThatAnotherPaysThanTheReceiptSays) {  // I8
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  entry.operations.front().line["buyer"] = "cid";
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, SayThatASaleIsNotForTheOwner) {  // I8
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "cid"));
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditFindings, NameAnEffectNobodyKnows) {
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  entry.operations.front().effects.front().kind = "multiply";
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditFindings, AreCountedInFullAndKeptUpToABound) {
  for (int n = 0; n < 150; ++n) world.put("campaign/lamps/junk" + std::to_string(n), "");
  const auto report = world.report();
  EXPECT_EQ(report.findings.total(), 150U);
  EXPECT_EQ(report.findings.kept().size(), Findings::kept_max);
  EXPECT_EQ(report.findings.by_code().at("unknown_key"), 150U);
}

}  // namespace
}  // namespace posse
