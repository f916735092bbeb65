/// What people would pick instead of Posse, as the bench asks it: sell a slot, and show the books.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/till.h"

namespace posse::bench {

/// What is sold, and who may buy it.
struct Goods {
  std::vector<Name> accounts;
  std::vector<Name> campaigns;
  Cents price{};  ///< Of each slot.
  Cents funds{};  ///< In each account.
};

/// What a purchase came to.
struct Sold {
  const char* refusal = nullptr;  ///< Its code; the rest means nothing then.
  std::uint64_t slot = 0;
  std::int64_t price = 0;
  bool repeated = false;
};

/// The same as the load counts it.
Answer<Sale> answer_of(const Purchase& purchase, const Sold& sold);

/// Everything the peer has, counted by itself when the last buyer is answered.
struct Books {
  std::int64_t balances = 0;   ///< Of all accounts together.
  std::int64_t paid = 0;       ///< What all receipts say together.
  std::uint64_t receipts = 0;  ///< Purchases, by their idempotency keys.
  std::uint64_t slots = 0;     ///< Purchases, by campaign and slot.
  std::uint64_t broken = 0;    ///< Campaigns whose slots are not 1..N, each with its receipt.
};

/// What is wrong with `books` after `sold` answered purchases; empty if nothing is.
std::string wrong_with(const Books& books, const Goods& goods, std::uint64_t sold);

/// One way to do the work: check and debit an account, create slot N+1 of a campaign, write a
/// receipt under an idempotency key, move the campaign on; durable before the answer. Used from one
/// executor. A peer that fails ends the program: see give_up().
class Peer : public Till {
 public:
  /// Makes the accounts and campaigns, and nothing else is there.
  virtual void prepare(const Goods& goods) = 0;

  /// When nobody buys any more.
  virtual Books books(const Goods& goods) = 0;
};

/// One line on standard error.
void complain(const std::string& sentence);

/// Says what has failed, and ends the program: half a measurement is none.
[[noreturn]] void give_up(const std::string& sentence);

/// An idempotency key as a database with binary keys keeps it.
using KeyBytes = std::array<char, 16>;
KeyBytes bytes_of(const Uuid& key);

}  // namespace posse::bench
