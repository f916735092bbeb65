/// The recovery round: looks at one sequence and finishes what its drivers left.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/sequence.h"
#include "journal/finisher.h"
#include "journal/sequences.h"
#include "posse/clock.h"
#include "posse/result.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Entries one round finishes before it gives its place to another sequence; the next round goes
/// on behind them.
inline constexpr std::uint64_t round_entries_max = 64;

/// What a round found. The failure that ended it does not undo what it had finished.
struct Found {
  bool quiet = false;             ///< There was no entry after the head at the first look.
  std::uint64_t finished = 0;     ///< Entries.
  std::optional<Time> unsettled;  ///< Time of the first entry that nobody was finishing.
  std::optional<Error> failure;   ///< The store's; `unreadable`; `contended`; `books_broken`.
};

/// Everybody may run rounds on the same sequence at once, each step may be done by another node,
/// and each node may stop anywhere: a round remembers nothing.
class Round {
 public:
  Round(Sequences& sequences, Finisher& finisher, Clock& clock)
      : sequences_(sequences), finisher_(finisher), clock_(clock) {}

  /// Looks, waits for the neighbour who is still on it, and finishes what stays unfinished. A
  /// sequence without a head is well: nothing has happened in it yet.
  Task<Found> run(Sequence sequence);

  /// Rounds that are under way end after the entry they are at.
  void stop() { stopped_ = true; }

 private:
  /// The entry a round has to finish; empty if all is well.
  using Orphan = std::optional<StoredEntry>;
  /// How far a round has come along a sequence.
  struct Walk {
    EntryNumber head{};
    EntryNumber waited_for{};  ///< Entries up to here existed before the courtesy was waited.
  };

  Task<Result<EntryNumber>> published(Sequence sequence);
  Task<Result<Orphan>> look(Sequence sequence, Walk* walk, Found* found);
  Task<Result<void>> finish(Sequence sequence, Found* found);

  Sequences& sequences_;
  Finisher& finisher_;
  Clock& clock_;
  bool stopped_ = false;
};

}  // namespace posse
