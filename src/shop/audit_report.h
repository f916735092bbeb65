/// What an audit found: what there is, the books, what is unfinished, what is wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/intent.h"
#include "core/sequence.h"
#include "posse/types.h"

namespace posse {

/// Money added up over a whole store: 64 bits need not hold it.
__extension__ using Sum = __int128;

/// In decimal digits.
std::string sum_text(Sum sum);

/// One thing that is wrong. `code` names the invariant of docs/protocol.md that does not hold, I1
/// to I9 or I12; or S8, the alarm; or `unreadable`, a document that this program cannot read; or
/// `unknown_key`, a document nobody knows under a prefix that is ours.
struct Finding {
  std::string code;
  std::vector<std::string> keys;
  std::string sentence;
};

/// Everything that is wrong: counted in full, kept up to a bound.
class Findings {
 public:
  static constexpr std::size_t kept_max = 100;

  void add(std::string_view code, std::vector<std::string> keys, std::string sentence);

  std::uint64_t total() const { return total_; }
  const std::map<std::string, std::uint64_t>& by_code() const { return by_code_; }
  const std::vector<Finding>& kept() const { return kept_; }

 private:
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t> by_code_;
  std::vector<Finding> kept_;
};

/// The money, as the documents showed it when each was read. For sound books, whatever goes on
/// while they are read, balances + in_flight + unharvested = deposits - withdrawals.
struct BookSums {
  Sum deposits = 0;
  Sum withdrawals = 0;
  Sum balances = 0;
  Sum in_flight = 0;    ///< Effects committed, but not settled when their account was read.
  Sum sold = 0;         ///< Everything ever sold: harvested + unharvested.
  Sum harvested = 0;    ///< Of it, paid to the sellers.
  Sum unharvested = 0;  ///< Of it, owed to the sellers.

  /// What is missing (above zero) or too much (below).
  Sum difference() const { return deposits - withdrawals - balances - in_flight - unharvested; }
};

/// Documents and operations that were read.
struct Counts {
  std::uint64_t documents = 0;
  std::uint64_t campaigns = 0;
  std::uint64_t journals = 0;
  std::uint64_t accounts = 0;
  std::uint64_t entries = 0;
  std::uint64_t fences = 0;  ///< Among the entries.
  std::uint64_t receipts = 0;
  std::uint64_t operations = 0;
  std::uint64_t settled = 0;  ///< Settled intents, one for each participant of an operation.
  std::uint64_t changed = 0;  ///< Participants that are no accounts: documents of the journals.
};

/// Documents of generic journals whose content was computed again from their operations. What is
/// neither has a finding.
struct Replayed {
  std::uint64_t verified = 0;
  std::uint64_t unverifiable = 0;  ///< Last changed by kinds that this program does not know.
};

/// The hold whose window lies furthest behind the newest entry of its sequence.
struct OldestHold {
  std::string account;
  Intent intent;
  Sequence sequence;
  EntryNumber first{};
  EntryNumber last{};
  std::uint64_t behind = 0;  ///< Entries of the sequence from the window's first on.
};

/// Work on its way, or left by somebody who died. It is no flaw: the posse finishes it.
struct Unfinished {
  std::uint64_t entries = 0;     ///< Beyond the head of their sequence.
  std::uint64_t operations = 0;  ///< Committed, not settled when their account was read.
  std::uint64_t holds = 0;
  std::optional<OldestHold> oldest_hold;
};

/// The result of an audit.
struct AuditReport {
  Counts counts;
  BookSums books;
  Replayed replayed;
  Unfinished unfinished;
  Findings findings;

  bool sound() const { return findings.total() == 0; }
  bool finished() const { return unfinished.entries == 0 && unfinished.holds == 0; }
};

/// For programs; the field names are stable. A sum beyond 64 bits is text.
boost::json::object to_json(const AuditReport& report);

}  // namespace posse
