/// Entries, receipts and heads: the documents of a sequence.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/digest.h"
#include "core/intent.h"
#include "core/sequence.h"
#include "journal/effect.h"
#include "posse/result.h"
#include "posse/types.h"

namespace posse {

/// What commits or does not, as a whole: some effects, the line it leaves in the receipt, and what
/// else the application wants to keep with it.
struct Operation {
  Intent intent;
  std::vector<Effect> effects;
  boost::json::object line;
  boost::json::object data;
  std::size_t bytes = 0;  ///< What the application has added, as JSON text; its driver knows.
};

/// An operation at one of the participants that it has effects on.
struct Part {
  const Key* key;
  const Operation* operation;
};

/// Where a sequence stands after one of its entries: what the next one is computed from. Position
/// 0 is the empty sequence. `state` belongs to the application.
struct Tip {
  EntryNumber entry{};
  Slot slot{};    ///< Number of the last operation so far.
  Digest hash{};  ///< Digest of the entry's bytes; of the sequence's name at position 0.
  Time time{};    ///< Never goes back from entry to entry.
  boost::json::object state;
};

/// The operations committed at one position; none of them: a fence.
struct Entry {
  Sequence sequence;
  EntryNumber number{};
  Digest previous{};  ///< Digest of the predecessor's bytes: the chain.
  Slot first_slot{};  ///< Number of the first operation, or of the next one if this is a fence.
  Time time{};
  std::vector<Operation> operations;
  boost::json::object state;  ///< The application's, after this entry.

  bool is_fence() const { return operations.empty(); }
  const Operation* find(const Intent& intent) const;
  Slot slot_of(const Operation& operation) const;

  /// What each operation has in each of its participants: participants in key order, operations of
  /// one participant in their own.
  std::vector<Part> by_participant() const;

  /// The entry's place as the next one's tip. `bytes` is how the entry is stored.
  Tip tip(const Bytes& bytes) const;
};

/// The tip of an empty sequence.
Tip empty_tip(const Sequence& sequence);

/// The entry after `tip`, still without operations: as it is, a fence.
Entry next_entry(const Sequence& sequence, const Tip& tip, Time now);

/// The time of an entry behind the tip: a sequence's time never goes back.
Time time_behind(const Tip& tip, Time now);

/// The checkpoint of a sequence: every entry up to `tip` is completely settled. `settings` belong
/// to the application.
struct Head {
  boost::json::object settings;
  Tip tip;
};

/// The transaction document of an entry: a line per operation, with its slot and intent and what
/// the operation brought along.
struct Receipt {
  Time time{};
  std::vector<boost::json::object> lines;
};

/// One writer and one reader for each document; docs/format.md has the grammar. The receipt
/// follows from its entry alone, so whoever writes it writes the same bytes.
/// Errors: `unreadable`.
Bytes write_entry(const Entry& entry);
Result<Entry> read_entry(const Bytes& bytes, const Key& key);
Bytes write_receipt(const Entry& entry);
Result<Receipt> read_receipt(const Bytes& bytes, const Key& key);
Bytes write_head(const Head& head);
Result<Head> read_head(const Bytes& bytes, const Key& key);

}  // namespace posse
