/// One sequence under audit: its entries in order, with their receipts, against its head.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "shop/audit_ledger.h"
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"
#include "shop/scan_pages.h"

namespace posse {

/// An entry as it is stored, and its receipt if that was there afterwards.
struct StoredLink {
  EntryNumber number{};
  Bytes entry;
  std::optional<Bytes> receipt;
};

/// Reads the entries of a sequence in order, and after each its receipt. A page need not be of one
/// moment, so a gap in it is read again before it is believed.
/// Errors: `unavailable`.
class ChainReader {
 public:
  ChainReader(ScanReader reader, const Sequence& sequence);

  /// The next entries; none at the end.
  Task<Result<std::vector<StoredLink>>> next();

  /// At the end: the first receipt behind the last entry that was read; empty if there is none.
  Task<Result<std::optional<EntryNumber>>> receipt_left();

  /// Keys among the entries and receipts that are neither.
  const std::set<std::string>& strangers() const { return strangers_; }
  std::uint64_t documents() const { return documents_; }

 private:
  std::vector<StoredLink> numbered(std::vector<Listed> page, std::size_t prefix_bytes);
  Task<Result<void>> read_receipts(EntryNumber last);
  void attach_receipts(std::vector<StoredLink>& links);

  Sequence sequence_;
  ScanPages entries_;
  ScanPages receipts_;
  std::vector<StoredLink> receipts_read_;  // not attached yet; the bytes stand in `entry`
  EntryNumber last_{};
  bool doubted_ = false;
  std::uint64_t documents_ = 0;
  std::set<std::string> strangers_;
};

/// Checks what one entry says about the one before it (I1, I3), its receipt (I5, I6), and the head
/// (I6, I7); hands each entry on to the ledger.
class AuditChain {
 public:
  AuditChain(SequenceIndex index, AuditedSequences& sequences, AuditLedger& ledger,
             AuditReport& report);

  void see(const StoredLink& link);

  /// There are no more.
  void close();

  /// The newest slot.
  Slot slot() const { return tip_.slot; }

 private:
  void see_gap(EntryNumber found);
  void see_order(const Entry& entry);
  void see_intents(const Entry& entry);
  void see_receipt(const Entry& entry, const StoredLink& link);
  void miss_receipt(const Entry& entry);
  void see_head(const Tip& tip);
  std::string key(EntryNumber entry) const;

  SequenceIndex index_;
  AuditedSequence& sequence_;
  AuditLedger& ledger_;
  AuditReport& report_;
  Findings& findings_;
  Tip tip_;
  bool hash_known_ = true;  // of the predecessor
  bool slot_known_ = true;  // and its slot and time
};

}  // namespace posse
