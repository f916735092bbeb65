/// Checking one entry after the other.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_chain.h"

#include <algorithm>
#include <utility>

namespace posse {

AuditChain::AuditChain(SequenceIndex index, AuditedSequences& sequences, AuditLedger& ledger,
                       AuditReport& report)
    : index_(index),
      sequence_(sequences.at(index)),
      ledger_(ledger),
      report_(report),
      findings_(report.findings),
      tip_(empty_tip(sequence_.sequence)) {
  see_head(tip_);
}

std::string AuditChain::key(EntryNumber entry) const {
  return sequence_.sequence.entry(entry).text();
}

void AuditChain::see(const StoredLink& link) {
  ++report_.counts.entries;
  if (link.number != tip_.entry + 1) see_gap(link.number);
  const auto entry = read_entry(link.entry, sequence_.sequence.entry(link.number));
  if (!entry) {
    findings_.add("unreadable", {key(link.number)}, entry.error().detail);
    ledger_.skip(index_, link.number);
    tip_.entry = link.number;
    tip_.hash = digest(link.entry);
    hash_known_ = true;
    slot_known_ = false;
    return;
  }
  if (entry->is_fence()) ++report_.counts.fences;
  see_order(*entry);
  see_intents(*entry);
  see_receipt(*entry, link);
  ledger_.see(index_, *entry);
  tip_ = entry->tip(link.entry);
  hash_known_ = true;
  slot_known_ = true;
  see_head(tip_);
}

/// I1: no gap.
void AuditChain::see_gap(EntryNumber found) {
  const EntryNumber missing = tip_.entry + 1;
  findings_.add("I1", {key(missing)},
                key(missing) + " does not exist, but " + key(found) + " does");
  ledger_.miss(index_, missing);
  hash_known_ = false;
  slot_known_ = false;
}

/// I1: the chain of hashes, and time that never goes back. I3: slots that run through.
void AuditChain::see_order(const Entry& entry) {
  const std::string key = this->key(entry.number);
  if (hash_known_ && entry.previous != tip_.hash) {
    findings_.add("I1", {key},
                  key + " follows another entry than the one that is stored before it");
  }
  if (slot_known_ && entry.time < tip_.time) {
    findings_.add("I1", {key}, key + " is older than the entry before it");
  }
  if (slot_known_ && entry.first_slot != tip_.slot + 1) {
    findings_.add("I3", {key},
                  key + " starts with slot " + std::to_string(number(entry.first_slot)) +
                      ", the entry before it ends with " + std::to_string(number(tip_.slot)));
  }
}

/// I2 within the entry.
void AuditChain::see_intents(const Entry& entry) {
  std::vector<Intent> intents;
  intents.reserve(entry.operations.size());
  for (const auto& operation : entry.operations) intents.push_back(operation.intent);
  std::sort(intents.begin(), intents.end());
  const auto twice = std::adjacent_find(intents.begin(), intents.end());
  if (twice == intents.end()) return;
  findings_.add("I2", {key(entry.number)}, twice->text() + " is twice in " + key(entry.number));
}

/// The receipt follows from the entry, byte for byte; a fence has none.
void AuditChain::see_receipt(const Entry& entry, const StoredLink& link) {
  if (!link.receipt) {
    if (!entry.is_fence()) miss_receipt(entry);
    return;
  }
  ++report_.counts.receipts;
  const Key key = sequence_.sequence.receipt(entry.number);
  if (entry.is_fence()) {
    findings_.add("I6", {key.text()}, key.text() + " is the receipt of a fence");
    return;
  }
  if (*link.receipt == write_receipt(entry)) return;
  const auto receipt = read_receipt(*link.receipt, key);
  if (!receipt)
    findings_.add("unreadable", {key.text()}, receipt.error().detail);
  else
    findings_.add("I5", {key.text()}, key.text() + " says something else than its entry");
}

/// Whoever has published, settled or harvested an entry has seen its receipt first.
void AuditChain::miss_receipt(const Entry& entry) {
  const std::string key = sequence_.sequence.receipt(entry.number).text();
  const std::string entry_key = this->key(entry.number);
  if (entry.number <= sequence_.published())
    findings_.add("I6", {key}, key + " does not exist, but " + entry_key + " is published");
  else if (ledger_.is_settled(index_, entry.number))
    findings_.add("I5", {key}, key + " does not exist, but " + entry_key + " is settled");
  else if (entry.number <= ledger_.paid(index_))
    findings_.add("I8", {key}, key + " does not exist, but its seller was paid for it");
}

/// I6: the head stands where its entry says.
void AuditChain::see_head(const Tip& tip) {
  const auto& head = sequence_.head;
  if (!head || head->entry != tip.entry) return;
  const bool same = head->slot == tip.slot && head->hash == tip.hash && head->time == tip.time &&
                    head->state == boost::json::serialize(tip.state);
  if (same) return;
  const std::string& name = sequence_.sequence.name();
  findings_.add(
      "I6", {name},
      name + ": the head says something else than entry " + std::to_string(number(tip.entry)));
}

void AuditChain::close() {
  sequence_.last = tip_.entry;
  if (sequence_.published() > sequence_.last) {
    const std::string& name = sequence_.sequence.name();
    findings_.add("I7", {name},
                  name + ": the head stands at entry " +
                      std::to_string(number(sequence_.published())) + ", but the last one is " +
                      std::to_string(number(sequence_.last)));
  }
  ledger_.close(index_);
}

}  // namespace posse
