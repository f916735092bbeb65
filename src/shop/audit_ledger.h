/// Entries against participants: is everything settled that must be, and does the money add up?
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "shop/audit_participants.h"
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"

namespace posse {

/// Walks through all entries, sequence after sequence, beside the settled intents of all
/// participants in the same order. What one has settled must be in the entry it names (I5); what
/// was published before it was read must be settled there (I6, S8); and what an account owns must
/// be what its settled operations and its harvests come to (I8). Outlives nothing it is given.
class AuditLedger {
 public:
  /// `participants` are closed.
  AuditLedger(AuditedSequences& sequences, AuditedParticipants& participants, AuditReport& report);

  /// Whether a participant has settled something in this entry.
  bool is_settled(SequenceIndex sequence, EntryNumber entry) const;

  /// The entry up to which a seller was paid.
  EntryNumber paid(SequenceIndex sequence) const;

  /// Takes in the next entry.
  void see(SequenceIndex sequence, const Entry& entry);

  /// The next entry cannot be read: nothing is concluded about whom it concerns.
  void skip(SequenceIndex sequence, EntryNumber entry);

  /// There is no such entry, though there are later ones.
  void miss(SequenceIndex sequence, EntryNumber entry);

  /// There are no more entries in the sequence, whose `last` is known now.
  void close(SequenceIndex sequence);

  /// There are no more sequences: what only the whole can tell.
  void finish();

  /// What a participant should hold or have settled.
  struct Suspect {
    Intent intent;
    SequenceIndex sequence{};
    EntryNumber entry{};
    std::string key;  ///< The participant's.
  };

  /// Operations that were not published when their participants were read, and which these did not
  /// show, by key: a read after this one must show them held or settled.
  const std::map<std::string, std::vector<Suspect>>& doubts() const { return doubts_; }

  /// The participant does not show it, though it must (S8).
  void refuse_lost(const Suspect& suspect);

 private:
  /// The entry that is being taken in, and the settled intents that name it.
  struct Place {
    SequenceIndex sequence{};
    const Entry& entry;
    bool published = false;  ///< Before the participants were read.
    std::span<Settlement> rows;
    std::vector<bool> matched;
  };
  /// What an operation does to one participant.
  struct Share {
    std::string key;
    Sum money = 0;      ///< To the balance, if it is an account.
    bool known = true;  ///< Every effect on an account is of a kind that this program knows.

    bool is_of_account() const { return key.starts_with(account_family); }
  };

  static std::vector<Share> shares_of(const Operation& operation);
  void see_operation(Place& place, const Operation& operation);
  bool match(Place& place, const Operation& operation, const Share& share);
  void suspect(const Place& place, const Intent& intent, const std::string& key);
  bool is_held(const Intent& intent, const std::string& key) const;
  bool is_foreign(const Place& place, const std::vector<Share>& shares) const;
  void see_document(const Operation& operation, Settlement& row);
  void see_names(const Place& place, const Operation& operation, const std::vector<Share>& shares);
  void see_price(const Place& place, const Operation& operation, std::int64_t amount);
  void see_line(const Place& place, const Operation& operation, Sum money);
  void see_sale(const Place& place, const boost::json::object& line, std::int64_t amount);
  void miss_seller(const Place& place, const std::string& seller);
  std::span<Settlement> take_rows(SequenceIndex sequence, EntryNumber entry);
  void refuse(Settlement& settlement, const std::string& why);
  void judge_intents();
  void judge_suspects();
  void judge_suspect(const Suspect& suspect);
  void judge_holds();
  void judge_balances();
  std::string entry_key(SequenceIndex sequence, EntryNumber entry) const;

  AuditedSequences& sequences_;
  AuditedParticipants& participants_;
  AuditReport& report_;
  Findings& findings_;
  std::vector<Settlement>::iterator next_;
  std::vector<Settlement> unsettled_;  // operations nobody has settled; `participant` means nothing
  std::vector<Suspect> suspects_;      // published, so they must be settled
  std::map<std::string, std::vector<Suspect>> doubts_;
  std::set<std::string> unpaid_;  // sellers without a cursor, with the campaign
};

}  // namespace posse
