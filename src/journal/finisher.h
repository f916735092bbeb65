/// Finishing entries: receipt, settle, publish. Drivers do it for their own, the posse for all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include <boost/asio/any_io_executor.hpp>

#include "journal/counters.h"
#include "journal/effect.h"
#include "journal/participants.h"
#include "journal/sequences.h"
#include "posse/clock.h"

namespace posse {

/// The last three steps of an entry. Any number of nodes may finish the same entry at once, and
/// each may stop anywhere; whoever comes later goes on.
/// Errors: the store's; `unreadable`; `contended`; `books_broken` after the alarm.
class Finisher {
 public:
  struct Views {
    Sequences& sequences;
    Participants& participants;
    const EffectKinds& kinds;
  };

  Finisher(Views views, Clock& clock, boost::asio::any_io_executor executor,
           JournalCounters& counters)
      : views_(views), clock_(clock), executor_(std::move(executor)), counters_(counters) {}

  /// Receipt, then settle on every participant. The entry is in the store.
  Task<Result<void>> complete(std::shared_ptr<const Entry> entry);

  /// Completes `entry`, then publishes up to it, completing its predecessors first. The entry has
  /// been seen.
  Task<Result<void>> finish(Sequence sequence, EntryNumber entry);

  /// Publishes up to `entry`: completes what is missing before it.
  Task<Result<void>> publish(Sequence sequence, EntryNumber entry);

 private:
  using Parts = std::span<const Part>;

  Task<void> settle(const Entry* entry, Parts parts, Result<void>* result);
  Task<Result<void>> settle_unseen(const Entry* entry, Part part);
  enum class Settling : std::uint8_t {
    settled,  ///< The hold became a settlement: there is something to write.
    before,   ///< It was settled before.
    unseen,   ///< Neither hold nor settlement is in the document.
    broken,   ///< The operation does what its hold does not promise.
  };
  Settling settle_one(Participant& participant, const Entry& entry, const Part& part) const;
  Task<Result<std::optional<Participant>>> seen_participant(Key key);
  Task<Result<StoredEntry>> seen_entry(Sequence sequence, EntryNumber entry);
  std::optional<Error> foreign(const Entry& entry) const;
  Error alarm(const Entry& entry, const Key& key, const Intent& intent);

  Views views_;
  Clock& clock_;
  boost::asio::any_io_executor executor_;
  JournalCounters& counters_;
};

}  // namespace posse
