/// What only the whole can tell: intents twice, what nobody settled, balances.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "shop/audit_ledger.h"

namespace posse {
namespace {

/// The sequence of a settlement that names an entry which does not have it.
constexpr SequenceIndex nowhere{UINT32_MAX};

bool by_intent(const Settlement& a, const Settlement& b) {
  return std::tie(a.intent, a.sequence, a.entry, a.participant) <
         std::tie(b.intent, b.sequence, b.entry, b.participant);
}

bool is_elsewhere(const Settlement& a, const Settlement& b) {
  const bool same = a.sequence == b.sequence && a.entry == b.entry;
  return a.intent == b.intent && !same && a.sequence != nowhere && b.sequence != nowhere;
}

}  // namespace

void AuditLedger::refuse(Settlement& settlement, const std::string& why) {
  AuditedParticipant& participant = participants_.at(settlement.participant);
  participant.judged = false;  // what it should be cannot be told
  const std::string& key = participant.key;
  const std::string entry = entry_key(settlement.sequence, settlement.entry);
  findings_.add(
      "I5", {key, entry},
      key + " has settled " + settlement.intent.text() + " of " + entry + ", which " + why);
  settlement.sequence = nowhere;
}

void AuditLedger::finish() {
  auto& settlements = participants_.settlements();
  for (; next_ != settlements.end(); ++next_) refuse(*next_, "does not exist");
  std::sort(settlements.begin(), settlements.end(), by_intent);
  std::sort(unsettled_.begin(), unsettled_.end(), by_intent);
  judge_intents();
  judge_suspects();
  judge_holds();
  judge_balances();
}

/// I2: no intent in two entries, settled or not.
void AuditLedger::judge_intents() {
  const auto& settlements = participants_.settlements();
  const auto refuse_pair = [&](const Settlement& a, const Settlement& b) {
    const std::string first = entry_key(a.sequence, a.entry);
    const std::string second = entry_key(b.sequence, b.entry);
    findings_.add("I2", {first, second}, a.intent.text() + " is in " + first + " and in " + second);
  };
  const auto refuse_pairs = [&](const std::vector<Settlement>& sorted) {
    auto pair = std::adjacent_find(sorted.begin(), sorted.end(), is_elsewhere);
    for (; pair != sorted.end(); pair = std::adjacent_find(pair + 1, sorted.end(), is_elsewhere)) {
      refuse_pair(*pair, *(pair + 1));
    }
  };
  refuse_pairs(settlements);
  refuse_pairs(unsettled_);
  for (const auto& one : unsettled_) {
    Settlement least;
    least.intent = one.intent;
    const auto other = std::lower_bound(settlements.begin(), settlements.end(), least, by_intent);
    if (other != settlements.end() && is_elsewhere(*other, one)) refuse_pair(*other, one);
  }
}

void AuditLedger::judge_suspects() {
  for (const auto& suspect : suspects_) judge_suspect(suspect);
}

/// Published before the participant was read, and not settled there: held, it should have been
/// settled first (I6); neither held nor settled, it is lost (S8). Settled elsewhere, it was
/// reported.
void AuditLedger::judge_suspect(const Suspect& suspect) {
  const std::string& key = suspect.key;
  const std::string entry = entry_key(suspect.sequence, suspect.entry);
  const auto participant = participants_.find(key);
  if (participant) {
    const auto& settlements = participants_.settlements();
    Settlement least;
    least.intent = suspect.intent;
    auto other = std::lower_bound(settlements.begin(), settlements.end(), least, by_intent);
    for (; other != settlements.end() && other->intent == suspect.intent; ++other) {
      if (other->participant == *participant) return;
    }
    if (participants_.find_hold(suspect.intent, *participant) != nullptr) {
      findings_.add("I6", {sequences_.at(suspect.sequence).sequence.name(), entry, key},
                    entry + " is published, but " + key + " still holds " + suspect.intent.text());
      return;
    }
    if (!participants_.at(*participant).complete) return;  // it may be in what could not be read
  }
  refuse_lost(suspect);
}

void AuditLedger::refuse_lost(const Suspect& suspect) {
  const std::string& key = suspect.key;
  const std::string entry = entry_key(suspect.sequence, suspect.entry);
  findings_.add("S8", {key, entry},
                key + " neither holds nor has settled " + suspect.intent.text() + ", which " +
                    entry + " committed");
}

/// A hold that nobody can decide would stay for ever (I9).
void AuditLedger::judge_holds() {
  Unfinished& unfinished = report_.unfinished;
  unfinished.holds = participants_.holds().size();
  for (const auto& hold : participants_.holds()) {
    const AuditedSequence& sequence = sequences_.at(hold.sequence);
    const std::string& key = participants_.at(hold.participant).key;
    if (!sequence.exists) {
      findings_.add("I9", {key, sequence.sequence.name()},
                    key + " holds " + hold.intent.text() + " for " + sequence.sequence.name() +
                        ", which does not exist");
    }
    const std::uint64_t next = number(sequence.last) + 1;
    const std::uint64_t behind = next - std::min(next, number(hold.first));
    if (unfinished.oldest_hold && unfinished.oldest_hold->behind >= behind) continue;
    unfinished.oldest_hold = OldestHold{.account = key,
                                        .intent = hold.intent,
                                        .sequence = sequence.sequence,
                                        .first = hold.first,
                                        .last = hold.last,
                                        .behind = behind};
  }
}

/// I8, for each account at the moment when it was read; from that it follows for all of them.
void AuditLedger::judge_balances() {
  for (const auto& account : participants_.all()) {
    report_.books.balances += account.balance;
    if (account.document || !account.complete || !account.judged) continue;
    if (account.balance == account.expected) continue;
    const std::string& key = account.key;
    findings_.add("I8", {key},
                  key + " has " + std::to_string(account.balance) +
                      ", but its settled operations and harvests come to " +
                      sum_text(account.expected));
  }
  if (report_.sound() && report_.books.difference() != 0) {
    findings_.add("I8", {}, "the books are out by " + sum_text(report_.books.difference()));
  }
}

}  // namespace posse
