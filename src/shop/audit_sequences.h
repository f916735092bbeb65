/// The sequences of a store, as an audit knows them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "posse/scan.h"
#include "shop/audit_report.h"
#include "shop/campaign.h"

namespace posse {

/// A sequence's place in the list of an audit.
enum class SequenceIndex : std::uint32_t {};

constexpr SequenceIndex sequence_index(std::size_t at) {
  return static_cast<SequenceIndex>(at);
}

/// Where a head stood. Smaller than a Tip: an audit keeps one for each campaign there is.
struct HeadSeen {
  EntryNumber entry{};
  Slot slot{};
  Digest hash{};
  Time time{};
  std::string state;  ///< As JSON.
};

struct AuditedSequence {
  Sequence sequence;
  bool exists = false;           ///< Its head is in the store.
  bool wanted = false;           ///< Has entries, or somebody names it: they are to be read.
  std::optional<HeadSeen> head;  ///< As it was read *before* the participants; empty otherwise.
  std::string owner;             ///< Of a campaign, if its settings can be read.
  EntryNumber last{};            ///< Its newest entry, once they have been read.

  /// Whether it is a generic journal.
  bool is_journal() const { return sequence.name().starts_with("journal/"); }

  EntryNumber published() const { return head ? head->entry : EntryNumber{}; }
};

/// All sequences by name. What a head says is evidence only if it was read before the participants
/// (I6), so a head read later tells no more than that the sequence exists.
class AuditedSequences {
 public:
  AuditedSequences(Findings& findings, Counts& counts) : findings_(findings), counts_(counts) {}

  /// Takes in a head that is read before the participants.
  void see_head(const Listed& listed);

  /// Takes in the head of a sequence that somebody names, read after them.
  void see_late_head(SequenceIndex index, const Listed& listed);

  /// Something is beneath the key of a head.
  void see_tree(const std::string& name);

  /// The index of a sequence that a document names; wanted from now on.
  SequenceIndex name(const std::string& name);

  /// Empty for one that nobody has named yet.
  std::optional<SequenceIndex> find(const std::string& name) const;

  AuditedSequence& at(SequenceIndex index);
  const AuditedSequence& at(SequenceIndex index) const;
  std::size_t size() const { return sequences_.size(); }

  /// Entries up to all heads.
  std::uint64_t published() const;

 private:
  SequenceIndex index_of(const std::string& name);
  std::optional<Head> read(const Listed& listed, AuditedSequence& sequence);

  Findings& findings_;
  Counts& counts_;
  std::vector<AuditedSequence> sequences_;
  std::map<std::string, SequenceIndex> by_name_;
};

/// What a campaign's settings say; nothing for other sequences.
/// Errors: `unreadable`.
Result<std::optional<Campaign>> campaign_of(const Sequence& sequence, const Head& head);

}  // namespace posse
