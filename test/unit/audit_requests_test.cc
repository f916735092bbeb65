/// Requests: what an audit finds of one that could be charged twice, too much, or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "audit_shop.h"

namespace posse {
namespace {

namespace json = boost::json;

const std::string page_of_bob = "account/bob/settled/000000000000";

/// ann sells lamps; everything is settled and paid.
class AuditRequests : public testing::Test {
 protected:
  AuditRequests() { world.fill(); }

  /// Another attempt at the request of a settlement.
  Operation again(const json::value& settled) {
    RequestKey request;
    request.bytes = Intent::from(std::string(settled.at(0).as_string()))->request();
    Operation operation = world.sale("bob", "ann");
    operation.intent = Intent::attempt(request, world.random);
    return operation;
  }

  json::value first_of(const std::string& key) {
    return json::parse(world.bytes(key)).at("settled").at(0);
  }

  /// Adds an entry with a sale, as its driver does.
  void claim(const Operation& operation) {
    Entry entry = world.next(lamps);
    entry.operations.push_back(operation);
    world.declare("bob", operation, entry);
    world.append(entry);
  }

  /// Settles the newest entry.
  void settle() {
    const Sequence sequence{lamps};
    const EntryNumber last = world.next(lamps).number;
    const EntryNumber newest{number(last) - 1};
    ASSERT_TRUE(world.run(world.shop.journal().finisher().publish(sequence, newest)));
  }

  void spill() {
    for (int paid = 0; paid < 40; ++paid) world.deposit("bob", 1, "more" + std::to_string(paid));
    world.rest();
    ASSERT_NE(world.bytes(page_of_bob), "");
    EXPECT_EQ(world.findings(), "");
  }

  AuditShop world;
};

TEST_F(AuditRequests, AreNotSettledTwice) {  // I2
  claim(again(first_of("account/bob")));
  settle();
  world.harvest("ann");
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditRequests, AreNotSettledTwiceInADocumentAndItsPages) {  // I2
  spill();
  claim(again(first_of(page_of_bob)));
  settle();
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditRequests, AreNotHeldAndSettled) {  // I2
  world.declare("bob", again(first_of("account/bob")), world.next(lamps));
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditRequests, MayBeThoseOfTwoAccounts) {  // I2
  world.declare("bob", again(first_of("account/cid")), world.next(lamps));
  EXPECT_EQ(world.findings(), "");
}

TEST_F(AuditRequests, AreBelowTheWatermarkInPages) {  // I5
  spill();
  world.edit("account/bob", [](json::object& document) { document["spilled_until"] = 0; });
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditRequests, AreNotSoldAboveTheirMaxPrice) {  // I8
  Operation operation = world.sale("bob", "ann");
  operation.data["max_price"] = 40;
  claim(operation);
  EXPECT_EQ(world.findings(), "");
  operation = world.sale("bob", "ann");
  operation.data["max_price"] = 39;
  claim(operation);
  EXPECT_EQ(world.findings(), "I8");
}

TEST_F(AuditRequests, AreHeldBeforeTheirEntryIsThere) {  // S8
  Entry entry = world.next(lamps);
  entry.operations.push_back(world.sale("bob", "ann"));
  entry.operations.push_back(world.sale("zed", "ann"));
  world.append(entry);
  EXPECT_EQ(world.findings(), "S8 S8");
}

TEST_F(AuditRequests, MayBeHeldSinceTheirAccountWasRead) {  // S8
  world.store.before["account/bob"] = world.bytes("account/bob");
  claim(world.sale("bob", "ann"));
  EXPECT_EQ(world.findings(), "");
}

TEST_F(AuditRequests, MayBeSettledAndSpilledSinceTheirAccountWasRead) {  // S8
  world.edit(lamps, [](json::object& head) { head.at("settings").as_object()["capacity"] = 0; });
  for (const auto& key : {std::string("account/bob"), lamps}) {
    world.store.before[key] = world.bytes(key);
  }
  for (int sold = 0; sold < 40; ++sold) claim(world.sale("bob", "ann"));
  settle();
  ASSERT_NE(world.bytes(page_of_bob), "");
  EXPECT_EQ(world.findings(), "");
}

}  // namespace
}  // namespace posse
