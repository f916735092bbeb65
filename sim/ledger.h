/// What each single write may do, judged as it happens.
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
#include "shop/campaign.h"
#include "sim/contents.h"
#include "sim/timeline.h"
#include "sim/wrong.h"

namespace posse::sim {

/// Reads along. The oracle judges what the documents say at one moment; this judges what changes
/// from one to the next, so that a wrong step cannot be made good by a later one, and costs the
/// same however many documents there are. Invariants are those of docs/protocol.md.
class Ledger {
 public:
  /// `before` is empty if the document is new.
  void observe(const Item& before, const Item& after, Moment now);

  /// The first rule that was broken.
  const Wrong& wrong() const { return wrong_; }

  std::uint64_t sales() const { return sales_; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t fences() const { return fences_; }

  /// When the entry of a request was written, if there is one.
  std::optional<Moment> claimed(const RequestKey& request) const;

  /// What an account has, 0 if there is none.
  std::int64_t balance(const std::string& key) const;

  /// Whether the account holds anything for `request`.
  bool holds(const std::string& key, const RequestKey& request) const;

  /// Whether the seller at `key` was paid for all that is published of his campaigns.
  bool is_paid(const std::string& key) const;

  /// Whether each head is at the end of its sequence.
  bool is_published() const;
  bool is_published(const std::string& campaign) const;
  bool is_published(const std::string& campaign, Slot slot) const;

  /// The longest time between the claim of an entry and the last of its settlements.
  Moment longest_unsettled() const { return longest_unsettled_; }

 private:
  struct Claimed {
    Entry entry;
    Moment at{};
    std::set<std::pair<Key, Intent>> unsettled;
    bool has_receipt = false;
  };
  struct Change {
    const Participant& before;
    const Participant& after;
  };
  struct Chain {
    std::vector<Claimed> entries;
    std::optional<Tip> tip;
    EntryNumber head{};
    boost::json::object settings;
    std::optional<Campaign> campaign;  ///< None for a generic journal.
    std::optional<LastSale> last;
  };

  Wrong judge(const Item& before, const Item& after, Moment now);
  Wrong judge_entry(const Item& after, Moment now);
  Wrong judge_operation(const Claimed& claimed, const Operation& operation);
  Wrong judge_payment(const Claimed& claimed, const Operation& operation) const;
  Wrong judge_sale(const Claimed& claimed, const Operation& operation);
  Wrong judge_offer(const Claimed& claimed, const Operation& operation);
  Wrong judge_new_head(const Head& head, const Sequence& sequence);
  Wrong judge_receipt(const Item& after);
  Wrong judge_page(const Item& after);
  Wrong judge_head(const Item& before, const Item& after);
  Wrong judge_account(const Item& before, const Item& after, Moment now);
  Wrong judge_holds(const Key& key, const Change& change, const std::vector<Settled>& rows) const;
  Wrong judge_rest(const Key& key, const Change& change) const;
  Wrong gather(const Key& key, const Change& change, std::vector<Settled>& rows) const;
  Wrong settle(const Key& key, const Settled& row, Moment now);
  std::int64_t effect_of(const Key& key, const Settled& row) const;
  std::int64_t harvested(const Key& key, const Change& change) const;
  Claimed* find(const Sequence& sequence, EntryNumber number);
  const Claimed* find(const Sequence& sequence, EntryNumber number) const;

  std::map<Sequence, Chain> chains_;
  std::map<Key, Participant> accounts_;
  std::map<Key, std::vector<Settled>> pages_;
  std::map<std::array<std::uint8_t, 10>, Moment> requests_;
  std::set<Intent> committed_;
  std::uint64_t sales_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t fences_ = 0;
  Moment longest_unsettled_{};
  Wrong wrong_;
};

}  // namespace posse::sim
