/// Deposits and withdrawals: once per reference, never beyond what an account holds.
// SPDX-License-Identifier: Apache-2.0
#include "shop/payments.h"
#include "shop_world.h"

namespace posse {
namespace {

using Fate = MortalStore::Fate;

struct Bank : ShopWorld {
  Bank() {
    account("bob");
    account("cid");
  }

  Result<Answer<Booked>> in(std::int64_t amount, const std::string& reference) {
    return run(shop.payments().deposit(payment("bob", amount, reference)));
  }
  Result<Answer<Booked>> out(std::int64_t amount, const std::string& reference) {
    return run(shop.payments().withdraw(payment("bob", amount, reference)));
  }
};

TEST(Payment, FailsAndIsNotRefusedWhereReadsDenyItsJournal) {  // S7 I10
  Bank bank;
  bank.mortal.denies = [](const Key& key) {
    return key.text().starts_with("journal/") && key.text().find("/entry/") == std::string::npos;
  };
  const auto denied = bank.run(bank.other.payments().deposit(Bank::payment("bob", 100, "r1")));
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Errc::contended);
  bank.mortal.denies = nullptr;
  const auto booked = granted(bank.in(100, "r1"));
  EXPECT_FALSE(booked.repeated);
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), 100);
}

TEST(Payment, IsBookedOncePerReference) {
  Bank bank;
  const auto first = granted(bank.in(100, "r1"));
  EXPECT_FALSE(first.repeated);
  EXPECT_EQ(first.payment.amount, Cents{100});
  const auto again = granted(bank.in(100, "r1"));
  const auto elsewhere =
      granted(bank.run(bank.other.payments().deposit(Bank::payment("bob", 100, "r1"))));
  bank.rest();
  for (const auto& repeated : {again, elsewhere}) {
    EXPECT_TRUE(repeated.repeated);
    EXPECT_EQ(repeated.journal, first.journal);
    EXPECT_EQ(repeated.entry, first.entry);
  }
  EXPECT_EQ(bank.balance("bob"), 100);
}

TEST(Payment, IsStillTheSameAfterItsReferenceHasSpilled) {
  Bank bank;
  granted(bank.in(100, "r1"));
  for (int paid = 0; paid < 50; ++paid) granted(bank.in(1, "more-" + std::to_string(paid)));
  bank.rest();
  ASSERT_NE(bank.bytes("account/bob/settled/000000000000"), "");
  EXPECT_TRUE(granted(bank.in(100, "r1")).repeated);
  EXPECT_EQ(bank.balance("bob"), 150);
}

TEST(Payment, IsRefusedUnderTheReferenceOfAnotherAmount) {
  Bank bank;
  granted(bank.in(100, "r1"));
  EXPECT_EQ(refused(bank.in(101, "r1")), "reference_reused");
  EXPECT_EQ(sentence(bank.in(101, "r1")), "reference r1 stands for another amount already");
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), 100);
}

TEST(Payment, HasAReferenceOfItsAccountAndDirection) {
  Bank bank;
  granted(bank.in(100, "r1"));
  EXPECT_FALSE(granted(bank.out(60, "r1")).repeated);
  const auto other = bank.run(bank.shop.payments().deposit(Bank::payment("cid", 7, "r1")));
  EXPECT_FALSE(granted(other).repeated);
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), 40);
  EXPECT_EQ(bank.balance("cid"), 7);
}

TEST(Payment, IsRefusedIfItIsOutOfBounds) {
  Bank bank;
  EXPECT_EQ(sentence(bank.in(0, "r1")), "amount must be 1 to 9223372036854775807");
  EXPECT_EQ(sentence(bank.in(-1, "r1")), "amount must be 1 to 9223372036854775807");
  EXPECT_EQ(sentence(bank.out(INT64_MIN, "r1")), "amount must be 1 to 9223372036854775807");
  for (const std::string wrong : {"", "a b", "a\n", "\x7f", "\xc3\xa4"}) {
    EXPECT_EQ(sentence(bank.in(1, wrong)),
              "reference must be 1 to 128 printable ASCII characters without spaces");
  }
  EXPECT_EQ(refused(bank.in(1, std::string(129, 'r'))), "bad_request");
  EXPECT_EQ(refused(bank.in(1, std::string(128, '"'))), "");
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), 1);
}

TEST(Payment, NeedsItsAccount) {
  Bank bank;
  const auto answer = bank.run(bank.shop.payments().deposit(Bank::payment("dan", 1, "r1")));
  EXPECT_EQ(refused(answer), "unknown_account");
  EXPECT_EQ(sentence(answer), "there is no account `dan`");
  bank.rest();
}

TEST(Deposit, IsRefusedBeyondTheLargestBalance) {  // I4 I8
  Bank bank;
  granted(bank.in(INT64_MAX, "r1"));
  bank.rest();
  EXPECT_EQ(refused(bank.in(1, "r2")), "amount_too_large");
  EXPECT_EQ(bank.balance("bob"), INT64_MAX);
  granted(bank.out(1, "r3"));
  bank.rest();
  EXPECT_EQ(refused(bank.in(1, "r4")), "");
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), INT64_MAX);
  EXPECT_EQ(bank.findings(), "");
}

TEST(Withdrawal, NeverTakesTheBalanceBelowZero) {  // I4
  Bank bank;
  granted(bank.in(100, "r1"));
  EXPECT_EQ(refused(bank.out(101, "r2")), "insufficient_funds");
  EXPECT_EQ(refused(bank.out(INT64_MAX, "r2")), "insufficient_funds");
  EXPECT_EQ(refused(bank.out(100, "r2")), "");
  EXPECT_EQ(refused(bank.out(1, "r3")), "insufficient_funds");
  bank.rest();
  EXPECT_EQ(bank.balance("bob"), 0);
}

TEST(Withdrawal, LeavesWhatAPurchaseUnderWayHasSetAside) {  // I4
  Bank bank;
  granted(bank.in(100, "r1"));
  bank.account("ann");
  bank.campaign("lamps", "ann", 40, 0);
  bank.rest();
  Entry entry = bank.next("campaign/lamps");
  entry.operations.push_back(bank.sale("bob", "ann"));
  bank.declare("bob", entry.operations.front(), entry);
  bank.append(entry);
  EXPECT_EQ(refused(bank.out(61, "r2")), "insufficient_funds");
  EXPECT_EQ(refused(bank.out(60, "r2")), "");
  bank.rest();
}

TEST(Payment, IsBookedOnceThoughAnyAnswerIsLost) {  // S7 I2
  for (int lost = 0; lost < 8; ++lost) {
    Bank bank;
    int writes = 0;
    bank.mortal.fate = [&](const Key& /*key*/) {
      return writes++ == lost ? Fate::answer_lost : Fate::alive;
    };
    const auto answer = bank.run(bank.other.payments().deposit(Bank::payment("bob", 100, "r1")));
    EXPECT_TRUE(answer) << lost;
    granted(bank.in(100, "r1"));
    bank.run(bank.other.close());
    bank.rest();
    EXPECT_EQ(bank.balance("bob"), 100) << lost;
    EXPECT_EQ(bank.findings(), "") << lost;
  }
}

TEST(Payment, IsBookedOnceThoughItsNodeDiesAtAnyWrite) {  // S10 I9 I10
  for (int last = 0; last < 8; ++last) {
    for (const Fate fate : {Fate::dead_before, Fate::dead_after}) {
      Bank bank;
      int writes = 0;
      bank.mortal.fate = [&](const Key& /*key*/) { return writes++ == last ? fate : Fate::alive; };
      const auto answer = bank.run(bank.other.payments().deposit(Bank::payment("bob", 100, "r1")));
      EXPECT_FALSE(answer && std::holds_alternative<Refusal>(*answer));
      granted(bank.in(100, "r1"));
      bank.rest();
      EXPECT_EQ(bank.balance("bob"), 100) << last;
      EXPECT_EQ(bank.findings(), "") << last;
    }
  }
}

}  // namespace
}  // namespace posse
