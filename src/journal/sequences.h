/// Typed view of the documents of sequences: keys, bytes and versions end here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "journal/entry.h"
#include "posse/clock.h"
#include "posse/store.h"

namespace posse {

/// An entry as it is stored, with the tip that it makes.
struct StoredEntry {
  std::shared_ptr<const Entry> entry;
  Tip tip;
};

/// A head with the version it was read at.
struct VersionedHead {
  Head head;
  Version version{};
};

/// Reads and writes entries, receipts and heads. Answers are the store's: a refusal is a fact
/// about the key.
/// Errors: the store's; `unreadable`.
class Sequences {
 public:
  Sequences(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  Task<Result<std::optional<StoredEntry>>> entry(Sequence sequence, EntryNumber number);

  /// One add, as the store answers it. `bytes` is write_entry() of that entry.
  Task<Result<Write>> add_entry(Sequence sequence, EntryNumber number, Bytes bytes);

  /// Adds the receipt until that is decided; one that is there already is the same one.
  /// Errors: also `unavailable` if the store leaves it undecided.
  Task<Result<void>> add_receipt(std::shared_ptr<const Entry> entry);

  /// Empty if it is not there (yet); a fence has none.
  Task<Result<std::optional<Receipt>>> receipt(Sequence sequence, EntryNumber number);

  Task<Result<std::optional<VersionedHead>>> head(Sequence sequence);

  /// Moves the head to `tip` if it still has the version that was read. On done, `read` is what
  /// the store has now.
  Task<Result<Write>> move_head(Sequence sequence, VersionedHead* read, Tip tip);

  /// Gives the sequence other settings if its head still has the version that was read.
  Task<Result<Write>> change_settings(Sequence sequence, VersionedHead read,
                                      boost::json::object settings);

  /// Creates the head of an empty sequence; refused if it is there.
  Task<Result<Write>> create_head(Sequence sequence, boost::json::object settings);

  /// The tip made by entry `number`, which is known to exist; that of the empty sequence for 0.
  /// Errors: also `contended` if reads keep answering that it does not.
  Task<Result<Tip>> tip_at(Sequence sequence, EntryNumber number);

  /// The newest tip that reads show, found from the head by doubling and halving, as entries have
  /// no gap. It may be stale: only an add decides.
  Task<Result<Tip>> newest_tip(Sequence sequence, Tip from);

 private:
  Task<Result<EntryNumber>> last_seen(Sequence sequence, EntryNumber from);

  Store& store_;
  Clock& clock_;
};

}  // namespace posse
