/// Whether documents are what their operations come to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "journal/entry.h"
#include "shop/audit_participants.h"
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"
#include "shop/scan_pages.h"

namespace posse {

/// Reads entries that are asked for in ascending order, and only pages that have one of them.
class EntryCursor {
 public:
  explicit EntryCursor(ScanReader reader) : reader_(reader) {}

  /// Null if it is not there or cannot be read. Stays until the next call.
  /// Errors: `unavailable`.
  Task<Result<const Entry*>> at(Sequence sequence, EntryNumber number);

 private:
  const Listed* find(const Key& key) const;

  ScanReader reader_;
  Sequence sequence_;
  std::optional<ScanPages> pages_;
  std::vector<Listed> page_;
  EntryNumber number_{};
  std::optional<Entry> entry_;
};

/// Replays every document whose history is known (I12), once all entries were read: reads again
/// those that say what its content is, as AuditedDocument has it. First all that added something
/// since a document was made, then all that made one, each time in the order of the journals: so a
/// document costs a few sums, and never its content, until the moment when it is judged.
class AuditReplay {
 public:
  AuditReplay(ScanReader reader, const AuditedSequences& sequences,
              AuditedParticipants& participants, AuditReport& report);

  /// One operation further; false at the end.
  /// Errors: `unavailable`.
  Task<Result<bool>> step();

 private:
  bool is_known(const AuditedParticipant& participant) const;
  bool counts(const Settlement& row) const;
  void order_documents();
  Task<Result<void>> add_up(Settlement row);
  Task<Result<void>> judge(DocumentIndex index);
  Sequence sequence(SequenceIndex index) const { return sequences_.at(index).sequence; }

  const AuditedSequences& sequences_;
  AuditedParticipants& participants_;
  AuditReport& report_;
  EntryCursor cursor_;
  std::size_t row_ = 0;
  std::vector<DocumentIndex> documents_;  // in the order of the entries that made them
  std::size_t document_ = 0;
};

}  // namespace posse
