/// Buying a slot.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/uuid.h"
#include "journal/journal.h"
#include "shop/answer.h"
#include "shop/name.h"

namespace posse {

/// What a buyer may say on a slot.
inline constexpr std::size_t content_bytes_max = 2048;

/// One request to buy the next slot of a campaign for at most `max_price`. The same `key` is the
/// same request, on any node, for ever.
struct Purchase {
  Name campaign;
  Name buyer;
  Cents max_price{};
  Uuid key;
  std::string content;
};

/// A slot that is the buyer's.
struct Sale {
  Name campaign;
  Uuid key;
  Slot slot{};
  Cents price{};
  EntryNumber entry{};
  Intent intent;
  Time sold_at{};
  Time starts_at{};
  Time ends_at{};
  bool repeated = false;  ///< Bought by an earlier request with this key.
};

/// Errors: the store's, `unreadable`, `contended`: then this request has bought nothing.
class Purchases {
 public:
  explicit Purchases(Journal& journal) : journal_(journal) {}

  /// Buys the next slot. Answered once it is sold and durable; the books are settled behind it.
  /// Refused, in the order in which they win: `bad_request`; for a key that bought before,
  /// `key_reused` if the request is another one; `unknown_campaign`, `clock_off` (which another
  /// node will not say), `not_open`, `closed`, `sold_out`, `price_moved` (with the `price`),
  /// `unknown_account`, `insufficient_funds`, `too_many_holds`, `busy`.
  Task<Result<Answer<Sale>>> buy(Purchase purchase);

 private:
  Journal& journal_;
};

}  // namespace posse
