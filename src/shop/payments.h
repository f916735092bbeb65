/// Money in and out, once per reference.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "journal/journal.h"
#include "shop/answer.h"
#include "shop/name.h"

namespace posse {

inline constexpr std::size_t reference_bytes_max = 128;

/// A payment between an account and the world outside; `reference` is the outside's name for it.
struct Payment {
  Name account;
  Cents amount{};
  std::string reference;
};

/// A payment in the books.
struct Booked {
  Payment payment;
  Sequence journal;
  EntryNumber entry{};
  bool repeated = false;  ///< Booked by an earlier request with this reference.
};

/// Deposits and withdrawals: operations in the generic journals. A reference is the account's own,
/// one for deposits and one for withdrawals.
/// Errors: the store's, `unreadable`, `contended`: then this request has booked nothing.
class Payments {
 public:
  explicit Payments(Journal& journal) : journal_(journal) {}

  /// Refused: `bad_request`, `unknown_account`, `amount_too_large`, `reference_reused` (another
  /// amount), `too_many_holds`, `busy`.
  Task<Result<Answer<Booked>>> deposit(Payment payment);

  /// Refused: also `insufficient_funds`.
  Task<Result<Answer<Booked>>> withdraw(Payment payment);

 private:
  Task<Result<Answer<Booked>>> book(Payment payment, std::string kind, Effect effect);

  Journal& journal_;
};

}  // namespace posse
