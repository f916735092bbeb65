/// Slots that are sold: looked up by number, by time, by buyer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "shop/answer.h"
#include "shop/name.h"

namespace posse {

/// A slot as its entry tells it.
struct SoldSlot {
  Name campaign;
  Slot slot{};
  EntryNumber entry{};
  Intent intent;
  std::string buyer;
  Cents price{};
  Time sold_at{};
  Time starts_at{};
  Time ends_at{};
  std::string content;
};

/// A part of what an account has bought, newest first. `next` is the `before` of the part that
/// follows; empty at the end.
struct Bought {
  std::vector<SoldSlot> slots;
  std::optional<std::uint64_t> next;
};

/// Reads only, of what is settled: up to a campaign's head, or on a buyer's account.
/// Errors: the store's; `unreadable`; `contended` if reads deny what is known to be there.
class Slots {
 public:
  Slots(Journal& journal, Clock& clock) : journal_(journal), clock_(clock) {}

  /// Refused: `unknown_campaign`, `unsold`.
  Task<Result<Answer<SoldSlot>>> show(Name campaign, Slot slot);

  /// The slot that has begun and not ended. Refused: `unknown_campaign`, `nothing_on_show`.
  Task<Result<Answer<SoldSlot>>> current(Name campaign);

  /// What `buyer` bought, in the order in which it was settled, newest first, from before place
  /// `before` on. Looks at `places_max` settlements, of which some may be payments, so a part may
  /// be empty and not the last. Refused: `unknown_account`.
  Task<Result<Answer<Bought>>> bought(Name buyer, std::optional<std::uint64_t> before,
                                      std::size_t places_max);

 private:
  /// What holds of an entry's tip, and of all that come after it.
  using Since = std::function<bool(const Tip&)>;

  Task<Result<std::optional<StoredEntry>>> first_since(Name campaign, EntryNumber last,
                                                       Since since);
  Task<Result<StoredEntry>> entry(Sequence sequence, EntryNumber number);
  Task<Result<std::optional<SoldSlot>>> sold_for(Settled settled);

  Journal& journal_;
  Clock& clock_;
};

}  // namespace posse
