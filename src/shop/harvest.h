/// Paying sellers from the receipts, exactly once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "shop/answer.h"
#include "shop/name.h"

namespace posse {

/// What a harvest paid, by campaign.
struct Harvested {
  std::map<std::string, Cents> paid;
  Cents balance{};  ///< Of the seller, afterwards.
};

/// What a harvest would pay, by campaign; campaigns that owe no entry are left out.
struct Earnings {
  std::map<std::string, Cents> due;
  bool complete = true;  ///< Whether everything was read; else there may be more.
};

/// A seller's account keeps, per campaign, the entry up to which it was paid. One swap adds the sum
/// of the receipts after it and moves that cursor, so however often and wherever it runs, and
/// wherever it dies, each receipt is paid once. Pays what is settled: up to the head. Others on the
/// same thread have a turn before each receipt.
/// Errors: the store's, `unreadable`, `contended`.
class Harvest {
 public:
  explicit Harvest(Journal& journal) : journal_(journal) {}

  /// Pays everything there is for `seller`.
  /// Refused: `unknown_account`; `amount_too_large` if the balance cannot hold it (campaigns whose
  /// ids come before may have been paid by then).
  Task<Result<Answer<Harvested>>> run(Name seller);

  /// What run() would pay `seller` now; pays nothing. Reads at most 1000 entries of each campaign,
  /// and 5000 in all. Refused: `unknown_account`.
  Task<Result<Answer<Earnings>>> due(Name seller);

 private:
  struct Chunk {
    EntryNumber until{};
    std::int64_t sum = 0;
  };
  struct Field {
    Name seller;
    std::string campaign;
    EntryNumber paid{};
    EntryNumber head{};
  };

  using Cursors = std::map<std::string, EntryNumber>;

  Task<Result<Answer<Cursors>>> cursors(Name seller);
  Task<Result<Field>> field(Name seller, std::string campaign);
  Task<Result<EntryNumber>> newest_settled(std::string campaign);
  Task<Result<Chunk>> reap(Field field);
  Task<Result<std::int64_t>> worth(Field field, EntryNumber entry);
  enum class Paid : std::uint8_t { by_us, by_another, too_much };

  Task<Result<Paid>> pay(Field field, Chunk chunk);

  Journal& journal_;
};

}  // namespace posse
