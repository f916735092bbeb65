/// Accounts, write by write.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/fields.h"
#include "core/limits.h"
#include "sim/ledger.h"

namespace posse::sim {
namespace {

EntryNumber cursor(const Participant& account, const std::string& campaign) {
  const auto* campaigns = account.data.if_contains("campaigns");
  if (campaigns == nullptr) return {};
  const auto paid = number_in(campaigns->as_object(), campaign);
  return EntryNumber{static_cast<std::uint64_t>(paid.value_or(0))};
}

bool same(const Settled& one, const Settled& other) {
  return one.intent == other.intent && one.sequence == other.sequence && one.entry == other.entry;
}

bool is_in(const std::vector<Settled>& rows, const Intent& intent) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const Settled& row) { return row.intent == intent; });
}

}  // namespace

/// A page is filled before the rows leave the account.
Wrong Ledger::judge_page(const Item& after) {
  auto page = read_settled_page(after->value, after->key);
  if (!page) return "cannot be read: " + page.error().detail;
  pages_[after->key] = page->all();
  return {};
}

/// I4, I5: money moves by what is settled and by what is harvested, and in no other way.
Wrong Ledger::judge_account(const Item& before, const Item& after, Moment now) {
  const Key& key = after->key;
  auto read = read_participant(after->value, key);
  if (!read) return "cannot be read: " + read.error().detail;
  Participant& account = accounts_[key];
  if (!before) {
    account = *std::move(read);
    const bool is_empty = account.holds.empty() && account.settled.empty() && account.pages == 0;
    return is_empty && account.value("balance") == 0 ? Wrong()
                                                     : key.text() + " begins with something";
  }
  if (read->value("balance") < 0) return key.text() + " is overdrawn (I4)";
  if (read->lowest("balance") < 0) return key.text() + " has promised more than it has (I4)";
  const Change change{.before = account, .after = *read};
  std::vector<Settled> rows;
  if (auto wrong = gather(key, change, rows)) return wrong;
  if (auto wrong = judge_rest(key, change)) return wrong;
  std::int64_t balance = account.value("balance") + harvested(key, change);
  for (const Settled& row : rows) {
    if (account.settlement(row.intent)) continue;
    if (account.hold(row.intent) == nullptr) {
      return key.text() + " settles " + row.intent.text() + ", which it does not hold (I5)";
    }
    if (auto wrong = settle(key, row, now)) return wrong;
    balance += effect_of(key, row);
  }
  if (auto wrong = judge_holds(key, change, rows)) return wrong;
  if (read->value("balance") != balance) {
    return key.text() + " has " + std::to_string(read->value("balance")) + ", must have " +
           std::to_string(balance) + " (I8)";
  }
  account = *std::move(read);
  return {};
}

/// A swap moves the balance and the cursors, and those only forward; all else of the data stays.
Wrong Ledger::judge_rest(const Key& key, const Change& change) const {
  const auto& [before, after] = change;
  if (before.data.size() != after.data.size()) return key.text() + " gains or loses data";
  for (const auto& [name, value] : before.data) {
    const auto* now = after.data.if_contains(name);
    if (now == nullptr) return key.text() + " loses data";
    if (name != "balance" && name != "campaigns" && *now != value) {
      return key.text() + " changes its " + std::string(name);
    }
  }
  const auto* campaigns = before.data.if_contains("campaigns");
  if (campaigns == nullptr) return {};
  for (const auto& [name, paid] : campaigns->as_object()) {
    const std::string campaign(name);
    if (cursor(after, campaign) < cursor(before, campaign)) {
      return key.text() + " forgets that it was paid for " + campaign + " (I8)";
    }
  }
  return {};
}

/// A hold goes out with its effect, or when it is certain that its intent is in no entry.
Wrong Ledger::judge_holds(const Key& key, const Change& change,
                          const std::vector<Settled>& rows) const {
  const auto& [before, after] = change;
  if (after.holds.size() > holds_max) return key.text() + " has too many holds";
  for (const Hold& hold : before.holds) {
    if (after.hold(hold.intent) != nullptr || is_in(rows, hold.intent)) continue;
    if (committed_.contains(hold.intent)) {
      return key.text() + " lets go of " + hold.intent.text() + ", which is committed";
    }
  }
  return {};
}

/// All rows settled after a write, but those of pages that were there before it. Rows leave the
/// account only for a page that has them already.
Wrong Ledger::gather(const Key& key, const Change& change, std::vector<Settled>& rows) const {
  const auto& [before, after] = change;
  if (after.pages < before.pages) return key.text() + " forgets pages";
  for (std::uint64_t page = before.pages; page < after.pages; ++page) {
    const auto spilled = pages_.find(settled_page_key(key, page));
    if (spilled == pages_.end()) return key.text() + " counts a page that is not there";
    rows.insert(rows.end(), spilled->second.begin(), spilled->second.end());
  }
  const auto settled = after.settled.all();
  rows.insert(rows.end(), settled.begin(), settled.end());
  for (const Settled& row : before.settled.all()) {
    const auto count =
        std::count_if(rows.begin(), rows.end(), [&](const Settled& one) { return same(one, row); });
    if (count != 1) return key.text() + (count > 1 ? " repeats " : " forgets ") + row.intent.text();
  }
  return {};
}

/// I5: in an entry, behind its receipt, once.
Wrong Ledger::settle(const Key& key, const Settled& row, Moment now) {
  const std::string name = key.text() + " settles " + row.intent.text();
  Claimed* claimed = find(row.sequence, row.entry);
  if (claimed == nullptr || claimed->entry.find(row.intent) == nullptr) {
    return name + ", which that entry does not have (I5)";
  }
  if (!claimed->has_receipt) return name + " before its receipt (I5)";
  if (claimed->unsettled.erase({key, row.intent}) == 0) return name + " a second time (I5)";
  if (claimed->unsettled.empty()) {
    longest_unsettled_ = std::max(longest_unsettled_, now - claimed->at);
  }
  return {};
}

std::int64_t Ledger::effect_of(const Key& key, const Settled& row) const {
  std::int64_t sum = 0;
  for (const Effect& effect : find(row.sequence, row.entry)->entry.find(row.intent)->effects) {
    if (effect.key == key) sum += number_in(effect.details, "amount").value_or(0);
  }
  return sum;
}

/// What the entries between the cursors of two moments owe the seller.
std::int64_t Ledger::harvested(const Key& key, const Change& change) const {
  const auto& [before, after] = change;
  std::int64_t sum = 0;
  const auto* campaigns = after.data.if_contains("campaigns");
  if (campaigns == nullptr) return sum;
  for (const auto& [campaign, paid] : campaigns->as_object()) {
    const Sequence sequence{"campaign/" + std::string(campaign)};
    EntryNumber next = cursor(before, std::string(campaign)) + 1;
    for (; next <= cursor(after, std::string(campaign)); next = next + 1) {
      const Claimed* claimed = find(sequence, next);
      if (claimed == nullptr) continue;
      for (const Operation& operation : claimed->entry.operations) {
        const bool is_his =
            "account/" + std::string(text_in(operation.line, "seller").value_or("")) == key.text();
        if (is_his) sum += number_in(operation.line, "amount").value_or(0);
      }
    }
  }
  return sum;
}

bool Ledger::holds(const std::string& key, const RequestKey& request) const {
  const auto account = accounts_.find(Key(key));
  return account != accounts_.end() && account->second.hold_of(request) != nullptr;
}

bool Ledger::is_paid(const std::string& key) const {
  const auto account = accounts_.find(Key(key));
  if (account == accounts_.end()) return false;
  return std::all_of(chains_.begin(), chains_.end(), [&](const auto& one) {
    const auto& [sequence, chain] = one;
    if (!chain.campaign || "account/" + chain.campaign->owner.text() != key) return true;
    const std::string name = sequence.name().substr(std::string_view("campaign/").size());
    return cursor(account->second, name) == chain.head;
  });
}

}  // namespace posse::sim
