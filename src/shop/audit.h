/// Reading everything there is, and checking every invariant that a reader can see.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "posse/clock.h"
#include "posse/scan.h"
#include "shop/audit_ledger.h"
#include "shop/audit_participants.h"
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"
#include "shop/scan_pages.h"

namespace posse {

/// How far an audit or a repair has come.
struct Progress {
  std::string_view phase;              ///< `heads`, `accounts` (and documents), `entries`,
                                       ///< `checks`, or `recover`, `resolve`.
  std::uint64_t done = 0;              ///< Documents of this phase so far.
  std::optional<std::uint64_t> total;  ///< If it is known, about how many there are.
};

/// Whoever wants to show it.
class AuditProgress {
 public:
  virtual ~AuditProgress() = default;
  virtual void show(const Progress& progress) = 0;

  /// Asked between two reads of an audit: whether it shall go on.
  virtual bool is_wanted() const { return true; }
};

/// What a repair has done; each failure a sentence, nothing of it was touched.
struct Repairs {
  std::uint64_t entries = 0;  ///< Finished and published.
  std::uint64_t holds = 0;    ///< Decided.
  std::vector<std::string> failures;
};

/// Audits the books of a shop, and the documents of its generic journals, at rest or while buyers
/// buy. Evidence only grows: it reads heads, then participants with their pages, then entries with
/// their receipts; none of the latter ever changes, so whatever an earlier read implies, a later
/// one must show. An absence counts only where an earlier read said that the thing exists. The
/// store's scans must be linearizable.
/// Memory: 40 bytes for each settled intent, and a little for each participant and campaign.
/// Errors: `unavailable`.
class Audit {
 public:
  /// Takes small bites where others work on the same thread.
  Audit(Journal& journal, Scan& scan, Clock& clock, Bite bite = Bite::large)
      : journal_(journal), reader_(scan, clock, bite) {}

  /// Reads everything, changes nothing. `progress` may be null.
  /// Errors: also `unavailable` once it is not wanted any more.
  Task<Result<AuditReport>> run(AuditProgress* progress);

  /// Finishes what is unfinished: recovers every sequence up to its newest entry, and resolves
  /// every hold. A living driver's hold is waited for, as any resolve does. What it cannot do is
  /// in the failures: broken books stay as they are.
  Task<Result<Repairs>> repair(AuditProgress* progress);

 private:
  struct Work;
  struct Held {
    Key participant;
    Hold hold;
  };

  Task<Result<void>> read_all_heads(Work* work);
  Task<Result<void>> read_heads(Work* work, std::string prefix);
  Task<Result<void>> look_again_for_heads(Work* work);
  Task<Result<void>> read_participants(Work* work);
  Task<Result<void>> look_again_for_participants(Work* work);
  Task<Result<void>> look_for_late_heads(Work* work);
  Task<Result<void>> read_sequences(Work* work);
  Task<Result<void>> replay(Work* work);
  Task<Result<void>> read_sequence(Work* work, AuditLedger* ledger, SequenceIndex index);
  Task<Result<void>> look_again_for_holds(Work* work, AuditLedger* ledger);
  Task<Result<bool>> shows(Key key, const Participant* participant, Intent intent);
  Task<Result<void>> look_behind_entries(Work* work, SequenceIndex index, EntryNumber receipt);
  Task<Result<void>> look_at_head_again(Work* work, SequenceIndex index, Slot slot);
  Task<Result<void>> look_for_strangers(Work* work, SequenceIndex index);

  Task<Result<void>> recover(Work* work, Repairs* repairs);
  Task<Result<std::uint64_t>> recover_one(Sequence sequence);
  Task<Result<void>> resolve(Work* work, Repairs* repairs);
  static void note_holds(const Listed& listed, std::vector<Held>* held, Repairs* repairs);
  static void pass_pages(const std::string& key, ParticipantPages* pages);
  Task<Result<void>> resolve_all(std::vector<Held> held, Repairs* repairs);
  Task<void> resolve_one(Held held, Repairs* repairs, std::optional<Error>* fatal);
  Task<Result<Resolution>> resolve_hold(Held held);
  static std::optional<Error> note(const Error& error, Repairs* repairs);

  Journal& journal_;
  ScanReader reader_;
};

}  // namespace posse
