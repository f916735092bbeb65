/// Judging contents.
// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/limits.h"
#include "patrol/membership.h"
#include "patrol/watch_list.h"

namespace posse::sim {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string at(const Entry& entry) {
  return entry.sequence.entry(entry.number).text();
}

Sequence sequence_of(const Key& key, std::string_view part) {
  return Sequence{key.text().substr(0, key.text().find(part))};
}

template <class T>
Wrong unread(const Result<T>& read) {
  if (read) return {};
  return "cannot be read: " + read.error().detail;
}

Wrong read_entry_of(const Item& item, Books& books) {
  auto entry = read_entry(item->value, item->key);
  if (!entry) return unread(entry);
  auto& chain = books.entries[entry->sequence];
  if (entry->number != EntryNumber{chain.size() + 1}) return at(*entry) + " stands behind a gap";
  chain.push_back(*std::move(entry));
  return {};
}

Wrong read_one(const Item& item, Books& books) {
  const std::string& key = item->key.text();
  if (has(key, "/entry/")) return read_entry_of(item, books);
  if (has(key, "/receipt/")) {
    const auto number = std::stoull(key.substr(key.rfind('/') + 1));
    books.receipts[sequence_of(item->key, "/receipt/")].insert(EntryNumber{number});
    return unread(read_receipt(item->value, item->key));
  }
  if (has(key, "/settled/")) {
    auto page = read_settled_page(item->value, item->key);
    if (!page) return unread(page);
    auto& spilled = books.spilled[Key(key.substr(0, key.find("/settled/")))];
    const auto rows = page->all();
    spilled.insert(spilled.end(), rows.begin(), rows.end());
    return {};
  }
  if (key.starts_with("account/")) {
    auto participant = read_participant(item->value, item->key);
    if (!participant) return unread(participant);
    books.participants[item->key] = *std::move(participant);
    return {};
  }
  if (key.starts_with("watch/")) {
    const auto watched = read_watched(item->value, item->key);
    if (!watched) return unread(watched);
    for (const Watched& one : *watched) books.watched.insert(one.sequence);
    return {};
  }
  if (key == "posse/members") {
    const auto members = read_members(item->value, item->key);
    if (!members) return unread(members);
    for (const Member& one : *members) books.members.insert(one.node);
    return {};
  }
  const auto head = read_head(item->value, item->key);
  if (!head) return unread(head);
  books.heads[Sequence{key}] = head->tip.entry;
  return {};
}

/// I1, I2, I3: the chain, the slots; no intent twice, and no request either.
Wrong check_chain(const std::vector<Entry>& chain, std::set<std::string>& requests) {
  Digest previous = empty_tip(chain.front().sequence).hash;
  Slot next{1};
  Time time{};
  for (const Entry& entry : chain) {
    if (entry.previous != previous) return at(entry) + " does not continue its predecessor";
    if (entry.first_slot != next) return at(entry) + " leaves out slots, or repeats them";
    if (entry.time < time) return at(entry) + " goes back in time";
    if (entry.is_fence() && entry.time != time) return at(entry) + " is a fence that tells a time";
    for (const Operation& operation : entry.operations) {
      const auto bytes = operation.intent.request();
      if (!requests.emplace(bytes.begin(), bytes.end()).second) {
        return at(entry) + " commits a request a second time";
      }
    }
    previous = digest(write_entry(entry));
    next = next + entry.operations.size();
    time = entry.time;
  }
  return {};
}

/// What `participant` has settled: its list, and the pages that it counts.
std::vector<Settled> rows_of(const Books& books, const Key& key, const Participant& participant) {
  std::vector<Settled> rows = participant.settled.all();
  const auto spilled = books.spilled.find(key);
  if (spilled == books.spilled.end()) return rows;
  const auto counted =
      std::min<std::uint64_t>(spilled->second.size(), participant.pages * settled_page);
  rows.insert(rows.end(), spilled->second.begin(),
              spilled->second.begin() + static_cast<std::ptrdiff_t>(counted));
  return rows;
}

bool is_settled(const Books& books, const Key& key, const Intent& intent) {
  const auto participant = books.participants.find(key);
  if (participant == books.participants.end()) return false;
  const auto rows = rows_of(books, key, participant->second);
  return std::any_of(rows.begin(), rows.end(),
                     [&](const Settled& one) { return one.intent == intent; });
}

/// I5: nothing is settled that no entry has, or before the receipt, or twice.
Wrong check_settled(const Books& books, const Key& key, const std::vector<Settled>& rows) {
  std::set<Intent> seen;
  for (const Settled& one : rows) {
    const std::string name = key.text() + " has settled " + one.intent.text();
    if (!seen.insert(one.intent).second) return name + " twice";
    const auto chain = books.entries.find(one.sequence);
    const std::uint64_t number = posse::number(one.entry);
    if (chain == books.entries.end() || number == 0 || number > chain->second.size() ||
        chain->second[number - 1].find(one.intent) == nullptr) {
      return name + ", which no entry has";
    }
    const auto receipts = books.receipts.find(one.sequence);
    if (receipts == books.receipts.end() || !receipts->second.contains(one.entry)) {
      return name + " before its receipt";
    }
  }
  return {};
}

/// I4, I5 of one participant.
Wrong check_participant(const Books& books, const Key& key, const Participant& participant) {
  if (participant.value("balance") < 0) return key.text() + " is overdrawn";
  if (participant.lowest("balance") < 0) return key.text() + " has promised more than it has";
  if (participant.holds.size() > holds_max) return key.text() + " has too many holds";
  return check_settled(books, key, rows_of(books, key, participant));
}

bool has_receipt(const Books& books, const Entry& entry) {
  const auto receipts = books.receipts.find(entry.sequence);
  return receipts != books.receipts.end() && receipts->second.contains(entry.number);
}

/// I6 of one entry.
Wrong check_published(const Books& books, const Entry& entry) {
  if (has_receipt(books, entry) == entry.is_fence()) {
    return at(entry) + " is behind the head without receipt";
  }
  for (const auto& [key, operation] : entry.by_participant()) {
    if (is_settled(books, *key, operation->intent)) continue;
    return at(entry) + " is behind the head, and not settled on " + key->text();
  }
  return {};
}

/// I6: behind the head all is settled.
Wrong check_head(const Books& books, const Sequence& sequence, EntryNumber head) {
  const auto chain = books.entries.find(sequence);
  const std::size_t entries = chain == books.entries.end() ? 0 : chain->second.size();
  if (number(head) > entries) return sequence.name() + " has a head beyond its end";
  const bool is_patrolled = is_generic_journal(sequence) || books.watched.contains(sequence);
  // A fence behind which nothing came is owed to nobody: whoever claims next passes it.
  const bool owes =
      chain != books.entries.end() &&
      std::any_of(chain->second.begin() + static_cast<std::ptrdiff_t>(number(head)),
                  chain->second.end(), [](const Entry& entry) { return !entry.is_fence(); });
  if (owes && !is_patrolled) {
    return sequence.name() + " has entries that no patrol would find";
  }
  for (std::size_t i = 0; i < number(head); ++i) {
    if (auto wrong = check_published(books, chain->second[i])) return wrong;
  }
  return {};
}

/// What the entries say of the documents, one after the other. Who had a document for itself had it
/// as the operations before have left it.
class Replay {
 public:
  explicit Replay(const std::map<Key, std::int64_t>& opening) {
    for (const auto& [key, balance] : opening) documents_[key].data["balance"] = balance;
  }

  Wrong replay(const Entry& entry) {
    for (const Operation& operation : entry.operations) {
      for (const Effect& effect : operation.effects) {
        if (auto wrong = replay(entry, effect)) return wrong;
      }
    }
    return {};
  }

  Wrong compare(const Key& key, const Participant& participant) {
    const bool is_there = documents_.contains(key) && documents_[key].is_there;
    if (participant.is_there != is_there)
      return key.text() + (is_there ? " is missing" : " is there, and has been removed");
    const std::int64_t has = participant.value("balance");
    const std::int64_t must = documents_[key].value("balance");
    if (has == must) return {};
    return key.text() + " has " + std::to_string(has) + ", must have " + std::to_string(must);
  }

 private:
  Wrong replay(const Entry& entry, const Effect& effect) {
    const bool is_known = documents_.contains(effect.key);
    Participant& document = documents_[effect.key];
    const EffectKind& kind = *kinds_.find(effect.kind);
    if (kind.is_exclusive()) {
      if (!is_known) document.is_there = false;
      if (kind.admit(document, effect.details))
        return at(entry) + " has `" + effect.kind + "` on " + effect.key.text() +
               ", which the operations before do not allow";
    }
    kind.apply(document, effect.details);
    return {};
  }

  EffectKinds kinds_;
  std::map<Key, Participant> documents_;
};

}  // namespace

std::optional<Slot> Books::slot_of(const Intent& intent) const {
  for (const auto& [sequence, chain] : entries) {
    Slot slot{};
    for (const Entry& entry : chain) {
      for (const Operation& operation : entry.operations) {
        slot = slot + 1;
        if (operation.intent == intent) return slot;
      }
    }
  }
  return {};
}

bool Books::has_request(const RequestKey& request) const {
  for (const auto& [sequence, chain] : entries) {
    for (const Entry& entry : chain) {
      for (const Operation& operation : entry.operations) {
        if (operation.intent.is_of(request)) return true;
      }
    }
  }
  return false;
}

bool Books::has_sold(const Sequence& sequence) const {
  const auto found = entries.find(sequence);
  if (found == entries.end()) return false;
  return std::ranges::any_of(found->second,
                             [](const Entry& entry) { return !entry.operations.empty(); });
}

bool Books::has_fence() const {
  return std::any_of(entries.begin(), entries.end(), [](const auto& chain) {
    return std::any_of(chain.second.begin(), chain.second.end(),
                       [](const Entry& entry) { return entry.is_fence(); });
  });
}

bool Books::has_batch() const {
  return std::any_of(entries.begin(), entries.end(), [](const auto& chain) {
    return std::any_of(chain.second.begin(), chain.second.end(),
                       [](const Entry& entry) { return entry.operations.size() > 1; });
  });
}

Wrong read_books(const Contents& contents, Books& books) {
  for (const Item& item : contents.items()) {
    if (auto wrong = read_one(item, books)) return wrong;
  }
  return {};
}

Wrong check_always(const Books& books) {
  std::set<std::string> requests;
  for (const auto& [sequence, chain] : books.entries) {
    if (auto wrong = check_chain(chain, requests)) return wrong;
  }
  for (const auto& [key, participant] : books.participants) {
    if (auto wrong = check_participant(books, key, participant)) return wrong;
  }
  for (const auto& [sequence, head] : books.heads) {
    if (auto wrong = check_head(books, sequence, head)) return wrong;
  }
  return {};
}

Wrong check_at_rest(const Books& books, const std::map<Key, std::int64_t>& opening) {
  for (const auto& [sequence, head] : books.heads) {
    const auto chain = books.entries.find(sequence);
    const std::size_t entries = chain == books.entries.end() ? 0 : chain->second.size();
    if (static_cast<std::uint64_t>(head) != entries) {
      return sequence.name() + " has entries that nobody has published";
    }
  }
  Replay replay(opening);
  for (const auto& [sequence, chain] : books.entries) {
    for (const Entry& entry : chain) {
      if (auto wrong = replay.replay(entry)) return wrong;
    }
  }
  for (const auto& [key, participant] : books.participants) {
    if (!participant.holds.empty()) return key.text() + " is stuck with a hold";
    if (auto wrong = replay.compare(key, participant)) return wrong;
  }
  return {};
}

}  // namespace posse::sim
