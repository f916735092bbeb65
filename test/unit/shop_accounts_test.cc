/// Accounts: made once, shown as they are, freed at login.
// SPDX-License-Identifier: Apache-2.0
#include "shop/accounts.h"
#include "shop_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;
using Fate = MortalStore::Fate;

TEST(Account, StartsWithNothing) {
  ShopWorld world;
  const auto made = granted(world.run(world.shop.accounts().create(world.name("ann"), "hash")));
  EXPECT_EQ(made.name.text(), "ann");
  EXPECT_EQ(made.role, "person");
  EXPECT_EQ(made.balance, Cents{0});
  EXPECT_EQ(made.spendable, Cents{0});
  EXPECT_TRUE(made.holds.empty());
  EXPECT_EQ(made.settled, 0U);
  EXPECT_TRUE(made.campaigns.empty());
}

TEST(Account, IsMadeOnce) {
  ShopWorld world;
  world.account("ann");
  const std::string before = world.bytes("account/ann");
  const auto again = world.run(world.other.accounts().create(world.name("ann"), "another hash"));
  EXPECT_EQ(refused(again), "exists");
  EXPECT_EQ(world.bytes("account/ann"), before);
}

TEST(Account, IsMadeThoughTheAnswerIsLost) {  // S7
  ShopWorld world;
  int writes = 0;
  world.mortal.fate = [&](const Key& /*key*/) {
    return writes++ == 0 ? Fate::answer_lost : Fate::alive;
  };
  const auto made = world.run(world.other.accounts().create(world.name("ann"), ""));
  EXPECT_EQ(granted(made).name.text(), "ann");
}

TEST(Account, IsUndecidedIfTheStoreNeverSays) {
  ShopWorld world;
  world.mortal.fate = [](const Key& /*key*/) { return Fate::answer_lost; };
  const auto made = world.run(world.other.accounts().create(world.name("ann"), ""));
  ASSERT_TRUE(made);
  EXPECT_TRUE(std::holds_alternative<Undecided>(*made));
}

TEST(Account, ShowsWhatItOwnsAndWhatIsSetAside) {
  ShopWorld world;
  world.fill();
  Entry entry = world.next("campaign/lamps");
  world.declare("bob", world.sale("bob", "ann"), entry);
  const auto bob = granted(world.run(world.shop.accounts().show(world.name("bob"))));
  EXPECT_EQ(bob.balance, Cents{5000 - 120});
  EXPECT_EQ(bob.spendable, Cents{5000 - 160});
  EXPECT_EQ(bob.holds.size(), 1U);
  EXPECT_EQ(bob.settled, 4U);
  const auto ann = granted(world.run(world.shop.accounts().show(world.name("ann"))));
  EXPECT_EQ(ann.campaigns, std::vector<std::string>{"lamps"});
}

TEST(Account, CountsWhatHasSpilled) {
  ShopWorld world;
  world.account("bob");
  for (int paid = 0; paid < 70; ++paid) world.deposit("bob", 1, "r" + std::to_string(paid));
  world.rest();
  EXPECT_EQ(granted(world.run(world.shop.accounts().show(world.name("bob")))).settled, 70U);
}

TEST(Accounts, AreListedInOrderWithoutWhatStandsBeneathThem) {
  ShopWorld world;
  for (const auto* one : {"b", "b-1", "b1", "c"}) world.account(one);
  for (int paid = 0; paid < 40; ++paid) world.deposit("b", 1, "r" + std::to_string(paid));
  world.rest();
  ASSERT_NE(world.bytes("account/b/settled/000000000000"), "");
  world.put("account/Not", "anything");
  const auto names = [&world](std::string after, std::size_t items_max) {
    std::string all;
    AccountRange range{.prefix = "", .after = std::move(after), .items_max = items_max};
    const auto listed = world.run(world.shop.accounts().list(std::move(range)));
    for (const auto& account : *listed) all += account.name.text() + " ";
    return all;
  };
  EXPECT_EQ(names("", 100), "b b-1 b1 c ");
  EXPECT_EQ(names("", 2), "b b-1 ");
  EXPECT_EQ(names("b", 2), "b-1 b1 ");
  EXPECT_EQ(names("b1", 2), "c ");
  EXPECT_EQ(names("c", 2), "");
}

TEST(Accounts, AreFoundByTheBeginningOfTheirNames) {
  ShopWorld world;
  for (const auto* one : {"a", "b", "b-1", "b1", "ba", "c"}) world.account(one);
  for (int paid = 0; paid < 40; ++paid) world.deposit("b", 1, "r" + std::to_string(paid));
  world.rest();
  const auto names = [&world](std::string prefix, std::string after) {
    std::string all;
    AccountRange range{.prefix = std::move(prefix), .after = std::move(after), .items_max = 100};
    const auto listed = world.run(world.shop.accounts().list(std::move(range)));
    for (const auto& account : *listed) all += account.name.text() + " ";
    return all;
  };
  EXPECT_EQ(names("b", ""), "b b-1 b1 ba ");
  EXPECT_EQ(names("b", "b-1"), "b1 ba ");
  EXPECT_EQ(names("b", "a"), "b b-1 b1 ba ");
  EXPECT_EQ(names("b", "c"), "");
  EXPECT_EQ(names("b-", ""), "b-1 ");
  EXPECT_EQ(names("d", ""), "");
}

TEST(Accounts, AreListedAlsoIfOneCannotBeRead) {
  ShopWorld world;
  world.account("b");
  world.put("account/c", "{}");
  world.account("d");
  const auto listed =
      world.run(world.shop.accounts().list({.prefix = "", .after = "", .items_max = 3}));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 3U);
  EXPECT_TRUE(listed->at(0).view);
  EXPECT_EQ(listed->at(1).name.text(), "c");
  EXPECT_FALSE(listed->at(1).view);
  EXPECT_TRUE(listed->at(2).view);
}

TEST(Account, IsFreedAtLoginFromAHoldOfTheDead) {  // S11 I9
  ShopWorld world;
  world.fill();
  const Entry entry = world.next("campaign/lamps");
  world.declare("bob", world.sale("bob", "ann"), entry);
  const Steady before = world.clock.steady();
  const auto bob = granted(world.run(world.other.accounts().resolve(world.name("bob"))));
  EXPECT_TRUE(bob.holds.empty());
  EXPECT_EQ(bob.spendable, bob.balance);
  EXPECT_EQ(bob.balance, Cents{5000 - 120});
  EXPECT_LE(world.clock.steady() - before, 1500ms);
  EXPECT_EQ(world.findings(), "");
}

TEST(Account, PaysAtLoginForWhatTheDeadHadBought) {  // S11 S10
  ShopWorld world;
  world.fill();
  Entry entry = world.next("campaign/lamps");
  entry.operations.push_back(world.sale("bob", "ann"));
  world.declare("bob", entry.operations.front(), entry);
  world.append(entry);
  const auto bob = granted(world.run(world.other.accounts().resolve(world.name("bob"))));
  EXPECT_TRUE(bob.holds.empty());
  EXPECT_EQ(bob.balance, Cents{5000 - 160});
  EXPECT_EQ(world.findings(), "");
}

TEST(Account, TakesARoleAndKeepsIt) {
  ShopWorld world;
  world.account("ann");
  Accounts& accounts = world.shop.accounts();
  EXPECT_EQ(granted(world.run(accounts.give_role(world.name("ann"), "operator"))).role, "operator");
  const int writes = world.store.writes;
  EXPECT_EQ(granted(world.run(accounts.give_role(world.name("ann"), "operator"))).role, "operator");
  EXPECT_EQ(world.store.writes, writes);
  const auto wrong = world.run(accounts.give_role(world.name("ann"), "boss"));
  EXPECT_EQ(sentence(wrong), "role must be person or operator");
}

TEST(Account, ChangesThePasswordThatWasChecked) {
  ShopWorld world;
  const Name ann = world.name("ann");
  granted(world.run(world.shop.accounts().create(ann, "first")));
  EXPECT_FALSE(*world.run(world.shop.accounts().change_password(ann, {"other", "second"})));
  EXPECT_TRUE(*world.run(world.shop.accounts().change_password(ann, {"first", "second"})));
  EXPECT_EQ(*world.run(world.other.accounts().password_hash(ann)), "second");
  EXPECT_TRUE(*world.run(world.shop.accounts().change_password(ann, {"first", "second"})));
  EXPECT_FALSE(*world.run(world.other.accounts().change_password(ann, {"first", "third"})));
  EXPECT_FALSE(
      *world.run(world.shop.accounts().change_password(world.name("eve"), {"first", "second"})));
  EXPECT_EQ(*world.run(world.other.accounts().password_hash(ann)), "second");
}

TEST(Account, ChangesThePasswordThoughTheAnswerIsLost) {  // S7
  ShopWorld world;
  const Name ann = world.name("ann");
  granted(world.run(world.other.accounts().create(ann, "first")));
  int writes = 0;
  world.mortal.fate = [&](const Key& /*key*/) {
    return writes++ == 0 ? Fate::answer_lost : Fate::alive;
  };
  EXPECT_TRUE(*world.run(world.other.accounts().change_password(ann, {"first", "second"})));
  EXPECT_EQ(*world.run(world.shop.accounts().password_hash(ann)), "second");
}

TEST(Account, IsRefusedIfItIsNotThere) {
  ShopWorld world;
  Accounts& accounts = world.shop.accounts();
  EXPECT_EQ(refused(world.run(accounts.show(world.name("eve")))), "unknown_account");
  EXPECT_EQ(refused(world.run(accounts.resolve(world.name("eve")))), "unknown_account");
  const auto given = world.run(accounts.give_role(world.name("eve"), "operator"));
  EXPECT_EQ(refused(given), "unknown_account");
}

}  // namespace
}  // namespace posse
