/// Taking in accounts.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_accounts.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <tuple>
#include <utility>

#include "shop/name.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::string_view prefix = "account/";
constexpr std::string_view settled_part = "/settled/";

auto order(const Settlement& one) {
  return std::tie(one.sequence, one.entry, one.intent, one.account);
}
auto order(const AuditedHold& one) {
  return std::tie(one.intent, one.account);
}
auto order(const Cursor& one) {
  return std::tie(one.sequence, one.account);
}

/// With its account, what all attempts at one request share.
template <typename Attempt>
auto request_of(const Attempt& one) {
  return std::pair(one.account, one.intent.request());
}

/// Attempts at one request are neighbours: an intent begins with it.
bool by_request(const Settlement& a, const Settlement& b) {
  return std::tie(a.account, a.intent) < std::tie(b.account, b.intent);
}

constexpr auto in_order = [](const auto& a, const auto& b) { return order(a) < order(b); };

}  // namespace

std::optional<std::uint64_t> number_in_key(std::string_view digits) {
  std::uint64_t number = 0;
  const char* begin = std::to_address(digits.begin());
  const char* end = std::to_address(digits.end());
  const auto read = std::from_chars(begin, end, number);
  if (read.ec != std::errc{} || read.ptr != end || key_number(number) != digits) return {};
  return number;
}

void AuditedAccounts::see(const Listed& listed) {
  const std::string rest = listed.key.text().substr(prefix.size());
  const auto end = rest.find('/');
  const std::string name = rest.substr(0, end);
  const std::string_view below = std::string_view(rest).substr(name.size());
  const auto page = below.starts_with(settled_part)
                        ? number_in_key(below.substr(settled_part.size()))
                        : std::optional<std::uint64_t>{};
  if (Name::from(name) && below.empty())
    see_account(listed, name);
  else if (Name::from(name) && page)
    see_page(listed, name, *page);
  else
    findings_.add("unknown_key", {listed.key.text()},
                  listed.key.text() + " is neither an account nor a page of one");
}

void AuditedAccounts::see_account(const Listed& listed, const std::string& name) {
  ++counts_.accounts;
  const auto index = static_cast<AccountIndex>(accounts_.size());
  AuditedAccount& account = accounts_.emplace_back();
  account.name = name;
  const auto participant = read_participant(listed.document.value, listed.key);
  if (!participant) {
    account.complete = false;
    findings_.add("unreadable", {listed.key.text()}, participant.error().detail);
    return;
  }
  const json::value* balance = participant->data.if_contains("balance");
  if (balance == nullptr || !balance->is_int64() || !keep_cursors(*participant, index)) {
    account.complete = false;
    findings_.add("unreadable", {listed.key.text()},
                  listed.key.text() + ": its data has no whole `balance` or no `campaigns` with " +
                      "the entries up to which they were paid");
  }
  keep(*participant, index);
}

void AuditedAccounts::keep(const Participant& participant, AccountIndex index) {
  AuditedAccount& account = at(index);
  const std::string key = account_key(*Name::from(account.name)).text();
  account.balance = participant.value("balance");
  account.pages = participant.pages;
  account.spilled_until = participant.spilled_until;
  const std::int64_t spendable = participant.lowest("balance");
  if (account.balance < 0) {  // I4
    findings_.add("I4", {key}, key + " has " + std::to_string(account.balance));
  } else if (spendable < 0) {
    findings_.add("I4", {key},
                  key + " has " + std::to_string(account.balance) + " and holds that reserve " +
                      "more: it can spend " + std::to_string(spendable));
  }
  keep(participant.settled, index);
  for (const auto& hold : participant.holds) {
    holds_.push_back({.intent = hold.intent,
                      .account = index,
                      .sequence = sequences_.name(hold.sequence.name()),
                      .first = hold.first,
                      .last = hold.last});
  }
}

void AuditedAccounts::keep(const std::vector<Settled>& settled, AccountIndex index) {
  counts_.settled += settled.size();
  for (const auto& one : settled) {
    settlements_.push_back({.intent = one.intent,
                            .entry = one.entry,
                            .sequence = sequences_.name(one.sequence.name()),
                            .account = index});
  }
}

/// A cursor that was never moved tells nothing, and its campaign need not exist.
bool AuditedAccounts::keep_cursors(const Participant& participant, AccountIndex index) {
  const json::value* campaigns = participant.data.if_contains("campaigns");
  if (campaigns == nullptr || !campaigns->is_object()) return false;
  for (const auto& [id, paid] : campaigns->as_object()) {
    const auto campaign = Name::from(id);
    if (!campaign || !paid.is_int64() || paid.as_int64() < 0) return false;
    const std::string name = campaign_sequence(*campaign).name();
    const EntryNumber entry{static_cast<std::uint64_t>(paid.as_int64())};
    auto sequence = sequences_.find(name);
    if (!sequence && entry == EntryNumber{}) continue;
    if (!sequence) sequence = sequences_.name(name);
    cursors_.push_back({.sequence = *sequence, .account = index, .paid = entry});
  }
  return true;
}

void AuditedAccounts::see_page(const Listed& listed, const std::string& name, std::uint64_t page) {
  const auto settled = read_settled_page(listed.document.value, listed.key);
  const auto index = find(name);
  if (!settled) {
    findings_.add("unreadable", {listed.key.text()}, settled.error().detail);
    if (index) at(*index).complete = false;
    return;
  }
  if (!index) {
    missing_.insert(name);
    return;
  }
  AuditedAccount& account = at(*index);
  // A page beyond was spilled since, or by somebody who lost the swap: the document tells.
  if (page >= account.pages) return;
  ++account.pages_seen;
  see_watermark(*settled, listed.key, *index);
  keep(*settled, *index);
}

/// I5: a request is looked for in the pages only if the watermark says that it may be there.
void AuditedAccounts::see_watermark(const std::vector<Settled>& settled, const Key& page,
                                    AccountIndex index) {
  const AuditedAccount& account = at(index);
  const auto above = [&](const Settled& one) { return one.issued > account.spilled_until; };
  const auto uncovered = std::find_if(settled.begin(), settled.end(), above);
  if (uncovered == settled.end()) return;
  const std::string key = account_key(*Name::from(account.name)).text();
  findings_.add("I5", {key, page.text()},
                page.text() + " has settled " + uncovered->intent.text() +
                    ", issued after the `spilled_until` of " + key +
                    ": its request could be charged twice");
}

void AuditedAccounts::close() {
  for (auto& account : accounts_) {
    if (!account.complete || account.pages_seen == account.pages) continue;
    account.complete = false;
    const std::string key = account_key(*Name::from(account.name)).text();
    findings_.add("I5", {key},
                  key + " has " + std::to_string(account.pages) + " pages of settled intents, of " +
                      "which only " + std::to_string(account.pages_seen) + " are there");
  }
  judge_requests();
  std::sort(settlements_.begin(), settlements_.end(), in_order);
  std::sort(holds_.begin(), holds_.end(), in_order);
  std::sort(cursors_.begin(), cursors_.end(), in_order);
  refuse_repeated();
}

/// I2: an account is charged for one attempt at each request. The same intent twice is told apart.
void AuditedAccounts::judge_requests() {
  std::sort(settlements_.begin(), settlements_.end(), by_request);
  const auto charged_twice = [](const Settlement& a, const Settlement& b) {
    return a.intent != b.intent && request_of(a) == request_of(b);
  };
  const auto end = settlements_.end();
  auto pair = std::adjacent_find(settlements_.begin(), end, charged_twice);
  for (; pair != end; pair = std::adjacent_find(pair + 1, end, charged_twice)) {
    refuse_request(pair->account, pair->intent, (pair + 1)->intent);
  }
  judge_held_requests();
}

/// I2: what is settled is not held for another attempt. The settlements are ordered by request.
void AuditedAccounts::judge_held_requests() {
  const auto before = [](const Settlement& a, const auto& b) { return request_of(a) < b; };
  for (const auto& hold : holds_) {
    const auto request = request_of(hold);
    const auto settled =
        std::lower_bound(settlements_.begin(), settlements_.end(), request, before);
    if (settled == settlements_.end() || request_of(*settled) != request) continue;
    if (settled->intent == hold.intent) continue;
    refuse_request(hold.account, settled->intent, hold.intent);
  }
}

void AuditedAccounts::refuse_request(AccountIndex account, const Intent& one, const Intent& other) {
  const std::string key = account_key(*Name::from(at(account).name)).text();
  findings_.add("I2", {key},
                key + " has settled " + one.text() + " and holds or has settled " + other.text() +
                    ", which is another attempt at the same request");
}

void AuditedAccounts::refuse_repeated() {
  const auto same = [](const Settlement& a, const Settlement& b) { return order(a) == order(b); };
  auto repeated = std::adjacent_find(settlements_.begin(), settlements_.end(), same);
  for (; repeated != settlements_.end();
       repeated = std::adjacent_find(repeated + 1, settlements_.end(), same)) {
    AuditedAccount& account = at(repeated->account);
    account.judged = false;
    const std::string key = account_key(*Name::from(account.name)).text();
    findings_.add("I5", {key}, key + " lists " + repeated->intent.text() + " as settled twice");
  }
  settlements_.erase(std::unique(settlements_.begin(), settlements_.end(), same),
                     settlements_.end());
}

std::optional<AccountIndex> AuditedAccounts::find(std::string_view name) const {
  const auto found =
      std::lower_bound(accounts_.begin(), accounts_.end(), name,
                       [](const AuditedAccount& a, std::string_view b) { return a.name < b; });
  if (found == accounts_.end() || found->name != name) return {};
  return static_cast<AccountIndex>(found - accounts_.begin());
}

std::span<const Cursor> AuditedAccounts::cursors(SequenceIndex sequence) const {
  const auto before = [](const Cursor& a, SequenceIndex b) { return a.sequence < b; };
  const auto behind = [](SequenceIndex a, const Cursor& b) { return a < b.sequence; };
  const auto first = std::lower_bound(cursors_.begin(), cursors_.end(), sequence, before);
  return {first, std::upper_bound(first, cursors_.end(), sequence, behind)};
}

const AuditedHold* AuditedAccounts::find_hold(const Intent& intent, AccountIndex account) const {
  const AuditedHold wanted{.intent = intent, .account = account};
  const auto found = std::lower_bound(holds_.begin(), holds_.end(), wanted, in_order);
  if (found == holds_.end() || order(*found) != order(wanted)) return nullptr;
  return &*found;
}

AuditedAccount& AuditedAccounts::at(AccountIndex index) {
  return accounts_.at(static_cast<std::uint32_t>(index));
}

const AuditedAccount& AuditedAccounts::at(AccountIndex index) const {
  return accounts_.at(static_cast<std::uint32_t>(index));
}

}  // namespace posse
