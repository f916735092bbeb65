/// Taking in participants.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_participants.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <tuple>
#include <utility>

#include "core/fields.h"
#include "core/limits.h"

namespace posse {
namespace json = boost::json;
namespace {

auto order(const Settlement& one) {
  return std::tie(one.sequence, one.entry, one.intent, one.participant);
}
auto order(const AuditedHold& one) {
  return std::tie(one.intent, one.participant);
}
auto order(const Cursor& one) {
  return std::tie(one.sequence, one.participant);
}

/// With its account, what all attempts at one request share.
template <typename Attempt>
auto request_of(const Attempt& one) {
  return std::pair(one.participant, one.intent.request());
}

/// Attempts at one request are neighbours: an intent begins with it.
bool by_request(const Settlement& a, const Settlement& b) {
  return std::tie(a.participant, a.intent) < std::tie(b.participant, b.intent);
}

constexpr auto in_order = [](const auto& a, const auto& b) { return order(a) < order(b); };

}  // namespace

bool looks_like_participant(const Listed& listed) {
  JsonMemory memory;
  const auto value = parse_json(listed.document.value, listed.key.text(), memory);
  const json::object* object = value ? value->if_object() : nullptr;
  return object != nullptr && object->contains("holds") && object->contains("settled");
}

std::optional<std::uint64_t> number_in_key(std::string_view digits) {
  std::uint64_t number = 0;
  const char* begin = std::to_address(digits.begin());
  const char* end = std::to_address(digits.end());
  const auto read = std::from_chars(begin, end, number);
  if (read.ec != std::errc{} || read.ptr != end || key_number(number) != digits) return {};
  return number;
}

void AuditedParticipants::see(const Listed& listed) {
  const std::string& key = listed.key.text();
  const bool is_of_shop = key.starts_with(account_family);
  const auto folder = key.rfind(page_folder);
  const auto page = folder == std::string::npos
                        ? std::optional<std::uint64_t>{}
                        : number_in_key(std::string_view(key).substr(folder + page_folder.size()));
  const std::string owner = page ? key.substr(0, folder) : key;
  if (is_of_shop && !Name::from(owner.substr(account_family.size())))
    findings_.add("unknown_key", {key}, key + " is neither an account nor a page of one");
  else if (page)
    see_page(listed, owner, *page);
  else if (is_of_shop)
    see_account(listed);
  else
    see_document(listed);
}

ParticipantIndex AuditedParticipants::new_participant(const Key& key) {
  const auto index = static_cast<ParticipantIndex>(participants_.size());
  participants_.emplace_back().key = key.text();
  return index;
}

void AuditedParticipants::see_account(const Listed& listed) {
  ++counts_.accounts;
  const ParticipantIndex index = new_participant(listed.key);
  const auto participant = read_participant(listed.document.value, listed.key);
  if (!participant) {
    at(index).complete = false;
    findings_.add("unreadable", {listed.key.text()}, participant.error().detail);
    return;
  }
  const json::value* balance = participant->data.if_contains("balance");
  if (balance == nullptr || !balance->is_int64() || !keep_cursors(*participant, index)) {
    at(index).complete = false;
    findings_.add("unreadable", {listed.key.text()},
                  listed.key.text() + ": its data has no whole `balance` or no `campaigns` with " +
                      "the entries up to which they were paid");
  }
  at(index).balance = participant->value("balance");
  judge_money(*participant, listed.key.text());
  keep(*participant, index);
}

/// What does not look like a participant may be anybody's. If one was overwritten by such a thing,
/// its operations tell (S8).
void AuditedParticipants::see_document(const Listed& listed) {
  const auto participant = read_participant(listed.document.value, listed.key);
  if (!participant && !looks_like_participant(listed)) return;
  ++counts_.changed;
  const ParticipantIndex index = new_participant(listed.key);
  if (!participant) {
    at(index).complete = false;
    findings_.add("unreadable", {listed.key.text()}, participant.error().detail);
    return;
  }
  at(index).document = documents_.add(index, *participant);
  keep(*participant, index);
}

void AuditedParticipants::judge_money(const Participant& participant, const std::string& key) {
  const std::int64_t balance = participant.value("balance");
  const std::int64_t spendable = participant.lowest("balance");
  if (balance < 0) {  // I4
    findings_.add("I4", {key}, key + " has " + std::to_string(balance));
  } else if (spendable < 0) {
    findings_.add("I4", {key},
                  key + " has " + std::to_string(balance) + " and holds that reserve " +
                      "more: it can spend " + std::to_string(spendable));
  }
}

void AuditedParticipants::keep(const Participant& participant, ParticipantIndex index) {
  at(index).pages = participant.pages;
  at(index).spilled_until = participant.spilled_until;
  keep(participant.settled.all(), index, participant.pages * settled_page);
  for (const auto& hold : participant.holds) {
    holds_.push_back({.intent = hold.intent,
                      .participant = index,
                      .sequence = sequences_.name(hold.sequence.name()),
                      .first = hold.first,
                      .last = hold.last});
  }
}

/// `before`: settlements of the participant that are older than these.
void AuditedParticipants::keep(const std::vector<Settled>& settled, ParticipantIndex index,
                               std::uint64_t before) {
  counts_.settled += settled.size();
  for (const auto& one : settled) {
    settlements_.push_back({.intent = one.intent,
                            .entry = one.entry,
                            .sequence = sequences_.name(one.sequence.name()),
                            .participant = index,
                            .rank = static_cast<Rank>(++before)});
  }
}

/// A cursor that was never moved tells nothing, and its campaign need not exist.
bool AuditedParticipants::keep_cursors(const Participant& participant, ParticipantIndex index) {
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
    cursors_.push_back({.sequence = *sequence, .participant = index, .paid = entry});
  }
  return true;
}

void AuditedParticipants::see_page(const Listed& listed, const std::string& owner,
                                   std::uint64_t page) {
  const auto settled = read_settled_page(listed.document.value, listed.key);
  const auto index = find(owner);
  if (!settled) {
    findings_.add("unreadable", {listed.key.text()}, settled.error().detail);
    if (index) at(*index).complete = false;
    return;
  }
  if (!index) {
    missing_.insert(owner);
    return;
  }
  AuditedParticipant& participant = at(*index);
  // A page beyond was spilled since, or by somebody who lost the swap: the document tells.
  if (page >= participant.pages) return;
  ++participant.pages_seen;
  const auto rows = settled->all();
  see_watermark(rows, listed.key, *index);
  keep(rows, *index, page * settled_page);
}

/// I5: a request is looked for in the pages only if the watermark says that it may be there.
void AuditedParticipants::see_watermark(const std::vector<Settled>& settled, const Key& page,
                                        ParticipantIndex index) {
  const AuditedParticipant& participant = at(index);
  const auto above = [&](const Settled& one) { return one.issued > participant.spilled_until; };
  const auto uncovered = std::find_if(settled.begin(), settled.end(), above);
  if (uncovered == settled.end()) return;
  const std::string& key = participant.key;
  findings_.add("I5", {key, page.text()},
                page.text() + " has settled " + uncovered->intent.text() +
                    ", issued after the `spilled_until` of " + key +
                    ": its request could be charged twice");
}

void AuditedParticipants::close() {
  for (auto& participant : participants_) {
    if (!participant.complete || participant.pages_seen == participant.pages) continue;
    participant.complete = false;
    const std::string& key = participant.key;
    findings_.add("I5", {key},
                  key + " has " + std::to_string(participant.pages) +
                      " pages of settled intents, of " + "which only " +
                      std::to_string(participant.pages_seen) + " are there");
  }
  judge_requests();
  std::sort(settlements_.begin(), settlements_.end(), in_order);
  std::sort(holds_.begin(), holds_.end(), in_order);
  std::sort(cursors_.begin(), cursors_.end(), in_order);
  refuse_repeated();
}

/// I2: a participant has settled one attempt at each request. The same intent twice is told apart.
void AuditedParticipants::judge_requests() {
  std::sort(settlements_.begin(), settlements_.end(), by_request);
  const auto charged_twice = [](const Settlement& a, const Settlement& b) {
    return a.intent != b.intent && request_of(a) == request_of(b);
  };
  const auto end = settlements_.end();
  auto pair = std::adjacent_find(settlements_.begin(), end, charged_twice);
  for (; pair != end; pair = std::adjacent_find(pair + 1, end, charged_twice)) {
    refuse_request(pair->participant, pair->intent, (pair + 1)->intent);
  }
  judge_held_requests();
}

/// I2: what is settled is not held for another attempt. The settlements are ordered by request. A
/// document that is not its operation's guard may still hold an attempt that has come to nothing.
void AuditedParticipants::judge_held_requests() {
  const auto before = [](const Settlement& a, const auto& b) { return request_of(a) < b; };
  for (const auto& hold : holds_) {
    if (at(hold.participant).document) continue;
    const auto request = request_of(hold);
    const auto settled =
        std::lower_bound(settlements_.begin(), settlements_.end(), request, before);
    if (settled == settlements_.end() || request_of(*settled) != request) continue;
    if (settled->intent == hold.intent) continue;
    refuse_request(hold.participant, settled->intent, hold.intent);
  }
}

void AuditedParticipants::refuse_request(ParticipantIndex participant, const Intent& one,
                                         const Intent& other) {
  const std::string& key = at(participant).key;
  findings_.add("I2", {key},
                key + " has settled " + one.text() + " and holds or has settled " + other.text() +
                    ", which is another attempt at the same request");
}

void AuditedParticipants::refuse_repeated() {
  const auto same = [](const Settlement& a, const Settlement& b) { return order(a) == order(b); };
  auto repeated = std::adjacent_find(settlements_.begin(), settlements_.end(), same);
  for (; repeated != settlements_.end();
       repeated = std::adjacent_find(repeated + 1, settlements_.end(), same)) {
    AuditedParticipant& participant = at(repeated->participant);
    participant.judged = false;
    const std::string& key = participant.key;
    findings_.add("I5", {key}, key + " lists " + repeated->intent.text() + " as settled twice");
  }
  settlements_.erase(std::unique(settlements_.begin(), settlements_.end(), same),
                     settlements_.end());
}

std::optional<ParticipantIndex> AuditedParticipants::find(std::string_view key) const {
  const auto found =
      std::lower_bound(participants_.begin(), participants_.end(), key,
                       [](const AuditedParticipant& a, std::string_view b) { return a.key < b; });
  if (found == participants_.end() || found->key != key) return {};
  return static_cast<ParticipantIndex>(found - participants_.begin());
}

std::span<const Cursor> AuditedParticipants::cursors(SequenceIndex sequence) const {
  const auto before = [](const Cursor& a, SequenceIndex b) { return a.sequence < b; };
  const auto behind = [](SequenceIndex a, const Cursor& b) { return a < b.sequence; };
  const auto first = std::lower_bound(cursors_.begin(), cursors_.end(), sequence, before);
  return {first, std::upper_bound(first, cursors_.end(), sequence, behind)};
}

const AuditedHold* AuditedParticipants::find_hold(const Intent& intent,
                                                  ParticipantIndex participant) const {
  const AuditedHold wanted{.intent = intent, .participant = participant};
  const auto found = std::lower_bound(holds_.begin(), holds_.end(), wanted, in_order);
  if (found == holds_.end() || order(*found) != order(wanted)) return nullptr;
  return &*found;
}

AuditedParticipant& AuditedParticipants::at(ParticipantIndex index) {
  return participants_.at(static_cast<std::uint32_t>(index));
}

const AuditedParticipant& AuditedParticipants::at(ParticipantIndex index) const {
  return participants_.at(static_cast<std::uint32_t>(index));
}

}  // namespace posse
