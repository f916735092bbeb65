/// Moves the head of one sequence over the entries that this node has settled.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "journal/counters.h"
#include "journal/finisher.h"
#include "journal/sequences.h"

namespace posse {

/// Publishes in order, many entries by one cas: the head moves to the last of an unbroken run of
/// settled entries. Where another node's entry is in between, it waits for that node and after
/// the courtesy finishes the entry itself. Gives up on an error of the store: the head is a
/// checkpoint, and the posse brings it up.
class Publisher {
 public:
  struct Parts {
    Sequences& sequences;
    Finisher& finisher;
    Clock& clock;
    JournalCounters& counters;
  };

  Publisher(Sequence sequence, Parts parts) : sequence_(std::move(sequence)), parts_(parts) {}

  /// Takes note that the entry which makes `tip` is settled. True if nobody publishes: then run()
  /// is to be started, and whoever starts it keeps this object until it ends.
  bool settled(Tip tip);

  /// Publishes until nothing is left to publish.
  Task<void> run();

  bool idle() const { return !running_; }

 private:
  Task<Result<void>> step();
  Task<Result<void>> wait_for_others();
  std::optional<Tip> end_of_run(EntryNumber head) const;

  Sequence sequence_;
  Parts parts_;
  std::optional<VersionedHead> head_;
  EntryNumber seen_{};                 // where the last read showed the head
  std::optional<Steady> waits_since_;  // for the entry behind the head, which is another node's
  std::map<EntryNumber, Tip> settled_;
  bool running_ = false;
};

}  // namespace posse
