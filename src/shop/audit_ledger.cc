/// Matching operations with settlements.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_ledger.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace posse {
namespace json = boost::json;
namespace {

auto place_of(const Settlement& one) {
  return std::tie(one.sequence, one.entry);
}

/// What an effect adds to a balance; empty for a kind that this program does not know.
std::optional<std::int64_t> money_of(const Effect& effect) {
  if (effect.kind != "add") return {};
  const json::value* field = effect.details.if_contains("field");
  const json::value* amount = effect.details.if_contains("amount");
  if (field == nullptr || !field->is_string() || amount == nullptr || !amount->is_int64()) {
    return {};
  }
  if (field->as_string() != "balance") return 0;
  return amount->as_int64();
}

std::string account_text(const std::string& name) {
  return std::string(account_family) + name;
}

/// Whether `key` is the account's.
bool is_account(std::string_view key, std::string_view name) {
  return key.size() == account_family.size() + name.size() && key.starts_with(account_family) &&
         key.ends_with(name);
}

std::string text_of(const json::object& line, std::string_view name) {
  const json::value* value = line.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->as_string());
}

std::optional<std::int64_t> amount_of(const json::object& line) {
  const json::value* value = line.if_contains("amount");
  if (value == nullptr || !value->is_int64() || value->as_int64() < 0) return {};
  return value->as_int64();
}

}  // namespace

AuditLedger::AuditLedger(AuditedSequences& sequences, AuditedParticipants& participants,
                         AuditReport& report)
    : sequences_(sequences),
      participants_(participants),
      report_(report),
      findings_(report.findings),
      next_(participants.settlements().begin()) {}

bool AuditLedger::is_settled(SequenceIndex sequence, EntryNumber entry) const {
  Settlement wanted;
  wanted.sequence = sequence;
  wanted.entry = entry;
  const auto before = [](const auto& a, const auto& b) { return place_of(a) < place_of(b); };
  const auto found = std::lower_bound(next_, participants_.settlements().end(), wanted, before);
  return found != participants_.settlements().end() && place_of(*found) == place_of(wanted);
}

EntryNumber AuditLedger::paid(SequenceIndex sequence) const {
  EntryNumber paid{};
  for (const auto& cursor : participants_.cursors(sequence)) paid = std::max(paid, cursor.paid);
  return paid;
}

/// The settled intents that name this entry. Those before it name an entry that is not there.
std::span<Settlement> AuditLedger::take_rows(SequenceIndex sequence, EntryNumber entry) {
  const auto end = participants_.settlements().end();
  const auto place = std::tie(sequence, entry);
  for (; next_ != end && place_of(*next_) < place; ++next_) refuse(*next_, "does not exist");
  const auto first = next_;
  while (next_ != end && place_of(*next_) == place) ++next_;
  return {first, next_};
}

void AuditLedger::see(SequenceIndex sequence, const Entry& entry) {
  const auto rows = take_rows(sequence, entry.number);
  Place place{.sequence = sequence,
              .entry = entry,
              .published = entry.number <= sequences_.at(sequence).published(),
              .rows = rows,
              .matched = std::vector<bool>(rows.size())};
  for (const auto& operation : entry.operations) see_operation(place, operation);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (!place.matched.at(at)) refuse(rows[at], "has no such effect on it");
  }
}

void AuditLedger::see_operation(Place& place, const Operation& operation) {
  ++report_.counts.operations;
  const auto shares = shares_of(operation);
  Sum money = 0;
  std::size_t settled = 0;
  bool known = true;
  for (const auto& share : shares) {
    money += share.money;
    known = known && share.known;
    if (match(place, operation, share)) {
      ++settled;
      continue;
    }
    report_.books.in_flight += share.money;
    suspect(place, operation.intent, share.key);
  }
  if (settled < shares.size()) ++report_.unfinished.operations;
  if (settled == 0) {
    unsettled_.push_back(
        {.intent = operation.intent, .entry = place.entry.number, .sequence = place.sequence});
  }
  if (is_foreign(place, shares)) return;
  if (known) {
    see_line(place, operation, money);
    see_names(place, operation, shares);
    return;
  }
  const std::string key = entry_key(place.sequence, place.entry.number);
  findings_.add("unreadable", {key}, key + ": has an effect that this program does not know");
}

/// Whether it is none of the shop's: then its line says what its owner likes.
bool AuditLedger::is_foreign(const Place& place, const std::vector<Share>& shares) const {
  const auto is_of_account = [](const Share& share) { return share.is_of_account(); };
  return sequences_.at(place.sequence).is_journal() && !shares.empty() &&
         std::none_of(shares.begin(), shares.end(), is_of_account);
}

/// The participant was read before an entry that is not published: its silence alone is no
/// evidence.
void AuditLedger::suspect(const Place& place, const Intent& intent, const std::string& key) {
  const Suspect suspect{
      .intent = intent, .sequence = place.sequence, .entry = place.entry.number, .key = key};
  if (place.published)
    suspects_.push_back(suspect);
  else if (!is_held(intent, key))
    doubts_[key].push_back(suspect);
}

bool AuditLedger::is_held(const Intent& intent, const std::string& key) const {
  const auto index = participants_.find(key);
  return index && participants_.find_hold(intent, *index) != nullptr;
}

std::vector<AuditLedger::Share> AuditLedger::shares_of(const Operation& operation) {
  std::vector<Share> shares;
  for (const auto& effect : operation.effects) {
    const std::string& key = effect.key.text();
    const auto same = [&](const Share& share) { return share.key == key; };
    auto share = std::find_if(shares.begin(), shares.end(), same);
    if (share == shares.end()) share = shares.insert(share, Share{.key = key});
    if (!share->is_of_account()) continue;
    const auto money = money_of(effect);
    share->money += money.value_or(0);
    share->known = share->known && money;
  }
  return shares;
}

/// Whether the participant has settled the operation here; then that explains some of what it is.
bool AuditLedger::match(Place& place, const Operation& operation, const Share& share) {
  const auto before = [](const Settlement& a, const Intent& b) { return a.intent < b; };
  auto row = std::lower_bound(place.rows.begin(), place.rows.end(), operation.intent, before);
  for (; row != place.rows.end() && row->intent == operation.intent; ++row) {
    AuditedParticipant& participant = participants_.at(row->participant);
    if (participant.key != share.key) continue;
    auto matched = place.matched.begin() + (row - place.rows.begin());
    if (*matched) return true;  // twice in one entry, which is I2's
    *matched = true;
    participant.expected += share.money;
    participant.judged = participant.judged && share.known;
    if (participant.document) see_document(operation, *row);
    if (participants_.find_hold(row->intent, row->participant) != nullptr) {
      findings_.add("I5", {share.key},
                    share.key + " both holds and has settled " + row->intent.text());
    }
    return true;
  }
  return false;
}

void AuditLedger::see_document(const Operation& operation, Settlement& row) {
  const AuditedParticipant& participant = participants_.at(row.participant);
  AuditedDocuments& documents = participants_.documents();
  const Touch touch = documents.touch(operation, participant.key);
  row.adds = touch == Touch::adds;
  documents.see(*participant.document, {.rank = row.rank,
                                        .intent = row.intent,
                                        .sequence = row.sequence,
                                        .entry = row.entry,
                                        .touch = touch});
}

/// Money comes and goes by deposits and withdrawals, and to a seller by way of a receipt. Nothing
/// else makes or loses any (I8).
void AuditLedger::see_line(const Place& place, const Operation& operation, Sum money) {
  const std::string kind = text_of(operation.line, "kind");
  const auto amount = amount_of(operation.line);
  Sum expected = 0;
  if (kind == "sale" && amount) {
    expected = -*amount;
    see_price(place, operation, *amount);
    see_sale(place, operation.line, *amount);
  } else if (kind == "deposit" && amount) {
    expected = *amount;
    report_.books.deposits += *amount;
  } else if (kind == "withdrawal" && amount) {
    expected = -*amount;
    report_.books.withdrawals += *amount;
  }
  if (money == expected) return;
  const std::string key = entry_key(place.sequence, place.entry.number);
  findings_.add("I8", {key},
                key + ": " + operation.intent.text() + " changes balances by " + sum_text(money) +
                    ", its line says " + sum_text(expected));
}

/// I8: whoever the line names is who pays, or is paid, and a campaign sells for its owner.
void AuditLedger::see_names(const Place& place, const Operation& operation,
                            const std::vector<Share>& shares) {
  const std::string kind = text_of(operation.line, "kind");
  const bool is_sale = kind == "sale";
  if (!is_sale && kind != "deposit" && kind != "withdrawal") return;
  const std::string named = text_of(operation.line, is_sale ? "buyer" : "account");
  const auto find = [&](const std::string& what) {
    const std::string key = entry_key(place.sequence, place.entry.number);
    findings_.add("I8", {key}, key + ": " + operation.intent.text() + what);
  };
  for (const auto& share : shares) {
    if (share.money == 0 || is_account(share.key, named)) continue;
    find(" changes the balance of " + share.key.substr(account_family.size()) +
         ", its line names `" + named + "`");
  }
  const std::string& owner = sequences_.at(place.sequence).owner;
  const std::string seller = text_of(operation.line, "seller");
  if (!is_sale || owner.empty() || seller == owner) return;
  find(" is sold for `" + seller + "`, the campaign is " + owner + "'s");
}

/// I8: nobody pays more than he was ready to.
void AuditLedger::see_price(const Place& place, const Operation& operation, std::int64_t amount) {
  const json::value* most = operation.data.if_contains("max_price");
  if (most == nullptr || !most->is_int64() || amount <= most->as_int64()) return;
  const std::string key = entry_key(place.sequence, place.entry.number);
  findings_.add("I8", {key},
                key + ": " + operation.intent.text() + " is sold for " + std::to_string(amount) +
                    ", its buyer wanted to pay at most " + std::to_string(most->as_int64()));
}

void AuditLedger::see_sale(const Place& place, const json::object& line, std::int64_t amount) {
  report_.books.sold += amount;
  const std::string seller = text_of(line, "seller");
  for (const auto& cursor : participants_.cursors(place.sequence)) {
    AuditedParticipant& account = participants_.at(cursor.participant);
    if (!is_account(account.key, seller)) continue;
    if (place.entry.number <= cursor.paid) {
      report_.books.harvested += amount;
      account.expected += amount;
    } else {
      report_.books.unharvested += amount;
    }
    return;
  }
  report_.books.unharvested += amount;
  // What was published before the accounts were read belongs to a campaign that existed then, and
  // its owner's cursor comes before the campaign.
  if (place.published) miss_seller(place, seller);
}

void AuditLedger::miss_seller(const Place& place, const std::string& seller) {
  const std::string key = account_text(seller);
  const auto account = participants_.find(key);
  if (account && !participants_.at(*account).complete) return;
  const std::string& campaign = sequences_.at(place.sequence).sequence.name();
  if (!unpaid_.insert(campaign + " " + seller).second) return;
  findings_.add("I8", {campaign, key},
                key + " sells in " + campaign + " and keeps no cursor for it: nobody is paid");
}

void AuditLedger::skip(SequenceIndex sequence, EntryNumber entry) {
  for (const auto& row : take_rows(sequence, entry))
    participants_.at(row.participant).judged = false;
  miss(sequence, entry);
}

void AuditLedger::miss(SequenceIndex sequence, EntryNumber entry) {
  for (const auto& cursor : participants_.cursors(sequence)) {
    if (cursor.paid >= entry) participants_.at(cursor.participant).judged = false;
  }
}

void AuditLedger::close(SequenceIndex sequence) {
  const EntryNumber last = sequences_.at(sequence).last;
  take_rows(sequence, EntryNumber{UINT64_MAX});
  for (const auto& cursor : participants_.cursors(sequence)) {
    if (cursor.paid <= last) continue;
    AuditedParticipant& account = participants_.at(cursor.participant);
    account.judged = false;
    const std::string& key = account.key;
    const std::string& name = sequences_.at(sequence).sequence.name();
    std::string sentence = key;
    sentence += " was paid up to entry " + std::to_string(number(cursor.paid)) + " of ";
    sentence += name;
    sentence += ", which has " + std::to_string(number(last));
    findings_.add("I8", {key, name}, std::move(sentence));
  }
}

std::string AuditLedger::entry_key(SequenceIndex sequence, EntryNumber entry) const {
  return sequences_.at(sequence).sequence.entry(entry).text();
}

}  // namespace posse
