/// What must hold of a store's contents, read from the documents alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/participant.h"
#include "sim/contents.h"
#include "sim/wrong.h"

namespace posse::sim {

/// The documents of one moment, read.
struct Books {
  std::map<Sequence, std::vector<Entry>> entries;  ///< From entry 1 on.
  std::map<Sequence, std::set<EntryNumber>> receipts;
  std::map<Sequence, EntryNumber> heads;
  std::map<Key, Participant> participants;
  std::map<Key, std::vector<Settled>> spilled;
  std::set<Sequence> watched;
  std::set<std::string> members;

  /// Counted from the first operation on, whatever the entries say; empty if no entry has it.
  std::optional<Slot> slot_of(const Intent& intent) const;
  bool has_request(const RequestKey& request) const;
  bool has_sold(const Sequence& sequence) const;
  bool has_fence() const;
  bool has_batch() const;
};

/// Reads everything; whatever cannot be read, or stands behind a gap, is broken.
Wrong read_books(const Contents& contents, Books& books);

/// Holds after every single write, whatever has crashed (I1 to I6 of docs/protocol.md).
Wrong check_always(const Books& books);

/// Holds when all is decided: nothing is held, every head is at its last entry, and each account
/// shows what the entries say. `opening` is what accounts began with, deposits beside the journal
/// included.
Wrong check_at_rest(const Books& books, const std::map<Key, std::int64_t>& opening);

}  // namespace posse::sim
