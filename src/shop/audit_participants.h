/// The participants of a store, as an audit knows them: accounts, and documents of others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/participant.h"
#include "posse/scan.h"
#include "shop/audit_documents.h"
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"
#include "shop/name.h"

namespace posse {

struct AuditedParticipant {
  std::string key;
  std::int64_t balance = 0;  ///< Of an account, else 0.
  Sum expected = 0;          ///< What its settled operations and harvests come to so far.
  std::optional<DocumentIndex> document;  ///< What it is instead of an account.
  std::uint64_t pages = 0;                ///< Of spilled settlements, as its document says.
  std::uint64_t pages_seen = 0;           ///< Of those.
  Time spilled_until{};  ///< No intent in them was issued later, says its document.
  bool complete = true;  ///< All of it was read; else its silence is no evidence.
  bool judged = true;    ///< All its settlements name operations that are known.
};

/// A settled intent of a participant. There are millions of them: 40 bytes each.
struct Settlement {
  Intent intent;
  EntryNumber entry{};
  SequenceIndex sequence{};
  ParticipantIndex participant{};
  Rank rank{};        ///< Among the settlements of the participant.
  bool adds = false;  ///< The operation adds to a document.
};
static_assert(sizeof(Settlement) == 40);

struct AuditedHold {
  Intent intent;
  ParticipantIndex participant{};
  SequenceIndex sequence{};
  EntryNumber first{};
  EntryNumber last{};
};

/// The entry of a campaign up to which a seller was paid.
struct Cursor {
  SequenceIndex sequence{};
  ParticipantIndex participant{};
  EntryNumber paid{};
};

/// What all participants showed when they were read. They are taken in in key order, so each one
/// comes before the pages that it says exist.
class AuditedParticipants {
 public:
  AuditedParticipants(AuditedSequences& sequences, Findings& findings, Counts& counts)
      : sequences_(sequences), findings_(findings), counts_(counts) {}

  /// Takes in a participant or a page of its settlements; nothing of what is neither, and stands
  /// where others may keep what they like.
  void see(const Listed& listed);

  /// After the last one: checks that all pages were there, and puts everything in order.
  void close();

  /// Keys that have pages but were not there when they should have come: made since, or lost.
  const std::set<std::string>& missing() const { return missing_; }

  std::optional<ParticipantIndex> find(std::string_view key) const;
  AuditedParticipant& at(ParticipantIndex index);
  const AuditedParticipant& at(ParticipantIndex index) const;
  std::vector<AuditedParticipant>& all() { return participants_; }

  AuditedDocuments& documents() { return documents_; }

  /// Ordered by sequence, entry, intent, participant.
  std::vector<Settlement>& settlements() { return settlements_; }

  /// Ordered by sequence and participant.
  std::span<const Cursor> cursors(SequenceIndex sequence) const;

  const std::vector<AuditedHold>& holds() const { return holds_; }
  const AuditedHold* find_hold(const Intent& intent, ParticipantIndex participant) const;

 private:
  void see_account(const Listed& listed);
  void see_document(const Listed& listed);
  void see_page(const Listed& listed, const std::string& owner, std::uint64_t page);
  ParticipantIndex new_participant(const Key& key);
  void keep(const Participant& participant, ParticipantIndex index);
  void keep(const std::vector<Settled>& settled, ParticipantIndex index, std::uint64_t before);
  void judge_money(const Participant& participant, const std::string& key);
  bool keep_cursors(const Participant& participant, ParticipantIndex index);
  void see_watermark(const std::vector<Settled>& settled, const Key& page, ParticipantIndex index);
  void judge_requests();
  void judge_held_requests();
  void refuse_request(ParticipantIndex participant, const Intent& one, const Intent& other);
  void refuse_repeated();

  AuditedSequences& sequences_;
  Findings& findings_;
  Counts& counts_;
  std::vector<AuditedParticipant> participants_;  // in the order of their keys
  AuditedDocuments documents_;
  std::vector<Settlement> settlements_;
  std::vector<AuditedHold> holds_;
  std::vector<Cursor> cursors_;
  std::set<std::string> missing_;
};

/// Whether a document that cannot be read was written as a participant, by a newer program or
/// before it was damaged.
bool looks_like_participant(const Listed& listed);

/// The number in a key, written as key_number() does; empty if it is anything else.
std::optional<std::uint64_t> number_in_key(std::string_view digits);

}  // namespace posse
