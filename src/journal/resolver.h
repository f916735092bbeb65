/// Deciding a hold that is not ours: committed, or fenced and released. Never claims for anybody.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "journal/counters.h"
#include "journal/finisher.h"
#include "journal/participants.h"
#include "journal/sequences.h"
#include "posse/clock.h"

namespace posse {

/// How a hold was decided.
enum class Resolution : std::uint8_t {
  committed,  ///< Its intent is in an entry, which is finished now.
  released,   ///< Every entry of its window exists without the intent; the hold is out.
  gone,       ///< Somebody else decided it meanwhile.
};

/// Resolves holds. Takes at most the patience, then as many fences as the window has open places.
/// Errors: the store's; `unreadable`; `contended`; `books_broken`.
class Resolver {
 public:
  Resolver(Finisher::Views views, Finisher& finisher, Clock& clock, JournalCounters& counters)
      : views_(views), finisher_(finisher), clock_(clock), counters_(counters) {}

  /// Decides `hold`, which was seen in participant `key`.
  Task<Result<Resolution>> resolve(Key key, Hold hold);

  /// The same, with a patience that began before: it ends at `until`.
  Task<Result<Resolution>> resolve(Key key, Hold hold, Steady until);

  /// Decides every hold that one read of the participant shows, one after the other, with one
  /// patience for all of them.
  Task<Result<void>> resolve_all(Key key);

 private:
  struct Look {
    std::optional<StoredEntry> entry;  ///< Empty: the hold went away first.
  };

  Task<Result<Look>> look(Key key, Hold hold, EntryNumber at, Steady until);
  Task<Result<bool>> still_held(Key key, Hold hold);
  Task<Result<void>> fence(Sequence sequence, EntryNumber at);
  Task<Result<Resolution>> release(Key key, Hold hold);

  Finisher::Views views_;
  Finisher& finisher_;
  Clock& clock_;
  JournalCounters& counters_;
};

}  // namespace posse
