/// The accounts of a store, as an audit knows them.
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
#include "shop/audit_report.h"
#include "shop/audit_sequences.h"

namespace posse {

/// An account's place in the list of an audit.
enum class AccountIndex : std::uint32_t {};

struct AuditedAccount {
  std::string name;
  std::int64_t balance = 0;
  Sum expected = 0;              ///< What its settled operations and harvests come to so far.
  std::uint64_t pages = 0;       ///< Of spilled settlements, as its document says.
  std::uint64_t pages_seen = 0;  ///< Of those.
  Time spilled_until{};          ///< No intent in them was issued later, says its document.
  bool complete = true;          ///< All of it was read; else its silence is no evidence.
  bool judged = true;            ///< All that made its balance is known; else it is not judged.
};

/// A settled intent of an account. There are millions of them: 32 bytes each.
struct Settlement {
  Intent intent;
  EntryNumber entry{};
  SequenceIndex sequence{};
  AccountIndex account{};
};
static_assert(sizeof(Settlement) == 32);

struct AuditedHold {
  Intent intent;
  AccountIndex account{};
  SequenceIndex sequence{};
  EntryNumber first{};
  EntryNumber last{};
};

/// The entry of a campaign up to which a seller was paid.
struct Cursor {
  SequenceIndex sequence{};
  AccountIndex account{};
  EntryNumber paid{};
};

/// What all accounts showed when they were read. The documents under `account/` are taken in in
/// key order, so each account comes before the pages that it says exist.
class AuditedAccounts {
 public:
  AuditedAccounts(AuditedSequences& sequences, Findings& findings, Counts& counts)
      : sequences_(sequences), findings_(findings), counts_(counts) {}

  /// Takes in an account or a page of its settlements.
  void see(const Listed& listed);

  /// After the last one: checks that all pages were there, and puts everything in order.
  void close();

  /// Accounts that have pages but were not there when they should have come: made since, or lost.
  const std::set<std::string>& missing() const { return missing_; }

  std::optional<AccountIndex> find(std::string_view name) const;
  AuditedAccount& at(AccountIndex index);
  const AuditedAccount& at(AccountIndex index) const;
  std::vector<AuditedAccount>& all() { return accounts_; }

  /// Ordered by sequence, entry, intent, account.
  std::vector<Settlement>& settlements() { return settlements_; }

  /// Ordered by sequence and account.
  std::span<const Cursor> cursors(SequenceIndex sequence) const;

  const std::vector<AuditedHold>& holds() const { return holds_; }
  const AuditedHold* find_hold(const Intent& intent, AccountIndex account) const;

 private:
  void see_account(const Listed& listed, const std::string& name);
  void see_page(const Listed& listed, const std::string& name, std::uint64_t page);
  void keep(const Participant& participant, AccountIndex index);
  void keep(const std::vector<Settled>& settled, AccountIndex index);
  bool keep_cursors(const Participant& participant, AccountIndex index);
  void see_watermark(const std::vector<Settled>& settled, const Key& page, AccountIndex index);
  void judge_requests();
  void judge_held_requests();
  void refuse_request(AccountIndex account, const Intent& one, const Intent& other);
  void refuse_repeated();

  AuditedSequences& sequences_;
  Findings& findings_;
  Counts& counts_;
  std::vector<AuditedAccount> accounts_;  // in the order of their names
  std::vector<Settlement> settlements_;
  std::vector<AuditedHold> holds_;
  std::vector<Cursor> cursors_;
  std::set<std::string> missing_;
};

/// The number in a key, written as key_number() does; empty if it is anything else.
std::optional<std::uint64_t> number_in_key(std::string_view digits);

}  // namespace posse
