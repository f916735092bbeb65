/// Reading in the order in which evidence grows.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit.h"

#include <utility>

#include "shop/audit_chain.h"
#include "shop/audit_replay.h"
#include "shop/audit_work.h"

namespace posse {

Task<Result<AuditReport>> Audit::run(AuditProgress* progress) {
  Work work(progress);
  const auto heads = co_await read_all_heads(&work);
  if (!heads) co_return heads.error();
  const auto participants = co_await read_participants(&work);
  if (!participants) co_return participants.error();
  const auto entries = co_await read_sequences(&work);
  if (!entries) co_return entries.error();
  co_return std::move(work.report);
}

Task<Result<void>> Audit::read_all_heads(Work* work) {
  const auto campaigns = co_await read_heads(work, "campaign/");
  if (!campaigns) co_return campaigns.error();
  const auto generic = co_await read_heads(work, "journal/");
  if (!generic) co_return generic.error();
  co_return co_await look_again_for_heads(work);
}

Task<Result<void>> Audit::read_heads(Work* work, std::string prefix) {
  work->begin("heads", {});
  ScanTops tops(reader_, std::move(prefix));
  while (!tops.ended()) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto page = co_await tops.next();
    if (!page) co_return page.error();
    for (const auto& listed : page->tops) work->sequences.see_head(listed);
    for (const auto& tree : page->trees) work->sequences.see_tree(tree);
    work->advance(page->tops.size());
  }
  co_return Result<void>{};
}

/// Entries were seen whose head was not: the campaign is new, and its head is there by now.
Task<Result<void>> Audit::look_again_for_heads(Work* work) {
  for (std::size_t at = 0; at < work->sequences.size(); ++at) {
    const Sequence sequence = work->sequences.at(sequence_index(at)).sequence;
    if (work->sequences.at(sequence_index(at)).exists) continue;
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto head = co_await reader_.find(sequence.head());
    if (!head) co_return head.error();
    if (*head)
      work->sequences.see_head(**head);
    else
      work->report.findings.add("I7", {sequence.name()},
                                sequence.name() + " has entries, but no head");
  }
  co_return Result<void>{};
}

Task<Result<void>> Audit::read_participants(Work* work) {
  work->begin("accounts", {});
  ParticipantPages pages(reader_);
  while (!pages.ended()) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto page = co_await pages.next();
    if (!page) co_return page.error();
    for (const auto& listed : *page) work->participants.see(listed);
    work->advance(page->size());
  }
  work->participants.close();
  const auto missing = co_await look_again_for_participants(work);
  if (!missing) co_return missing.error();
  co_return co_await look_for_late_heads(work);
}

/// A page was seen whose participant was not: that is new, and it is there by now.
Task<Result<void>> Audit::look_again_for_participants(Work* work) {
  for (const auto& missing : work->participants.missing()) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const Key key(missing);
    const auto participant = co_await reader_.find(key);
    if (!participant) co_return participant.error();
    if (*participant) continue;
    work->report.findings.add("unknown_key", {key.text()},
                              key.text() + " has settled intents, but does not exist");
  }
  co_return Result<void>{};
}

/// Participants name sequences that were not there yet. What their heads say now is no evidence.
Task<Result<void>> Audit::look_for_late_heads(Work* work) {
  for (std::size_t at = 0; at < work->sequences.size(); ++at) {
    const SequenceIndex index = sequence_index(at);
    const Sequence sequence = work->sequences.at(index).sequence;
    if (work->sequences.at(index).exists) continue;
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto head = co_await reader_.find(sequence.head());
    if (!head) co_return head.error();
    if (*head) work->sequences.see_late_head(index, **head);
  }
  co_return Result<void>{};
}

Task<Result<void>> Audit::read_sequences(Work* work) {
  AuditLedger ledger(work->sequences, work->participants, work->report);
  work->begin("entries", 2 * work->sequences.published());  // and their receipts
  for (std::size_t at = 0; at < work->sequences.size(); ++at) {
    const SequenceIndex index = sequence_index(at);
    if (!work->sequences.at(index).wanted) continue;
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto read = co_await read_sequence(work, &ledger, index);
    if (!read) co_return read.error();
  }
  const auto holds = co_await look_again_for_holds(work, &ledger);
  if (!holds) co_return holds.error();
  work->begin("checks", {});
  const auto replayed = co_await replay(work);
  if (!replayed) co_return replayed.error();
  ledger.finish();
  co_return Result<void>{};
}

/// Documents become what their operations come to.
Task<Result<void>> Audit::replay(Work* work) {
  AuditReplay replay(reader_, work->sequences, work->participants, work->report);
  for (;;) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto more = co_await replay.step();
    if (!more) co_return more.error();
    if (!*more) co_return Result<void>{};
  }
}

/// A hold comes before its entry, and only settling takes it out: now that the entry was seen, the
/// participant shows one of both (S8). All at the end, lest new entries keep an audit from ending.
Task<Result<void>> Audit::look_again_for_holds(Work* work, AuditLedger* ledger) {
  for (const auto& [doubted, doubts] : ledger->doubts()) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const Key key(doubted);
    const auto participant = co_await journal_.participants().get(key);
    if (!participant && participant.error().code == Errc::unavailable)
      co_return participant.error();
    if (!participant) continue;  // it cannot be read, so it is no evidence
    const Participant* there = *participant ? &**participant : nullptr;
    for (const auto& doubt : doubts) {
      const auto shown = co_await shows(key, there, doubt.intent);
      if (!shown) co_return shown.error();
      if (!*shown) ledger->refuse_lost(doubt);
    }
  }
  co_return Result<void>{};
}

/// Whether the participant holds or has settled it, or has pages that cannot be read.
Task<Result<bool>> Audit::shows(Key key, const Participant* participant, Intent intent) {
  if (participant == nullptr) co_return false;
  if (participant->hold(intent) != nullptr) co_return true;
  if (participant->settlement(intent)) co_return true;
  const auto wanted = [intent](const Settled& one) { return one.intent == intent; };
  const Pages pages{.to = participant->pages};
  const auto spilled = co_await journal_.participants().find_spilled(key, pages, wanted);
  if (spilled) co_return spilled->has_value();
  if (spilled.error().code == Errc::unavailable) co_return spilled.error();
  co_return true;
}

Task<Result<void>> Audit::read_sequence(Work* work, AuditLedger* ledger, SequenceIndex index) {
  ChainReader reader(reader_, work->sequences.at(index).sequence);
  AuditChain chain(index, work->sequences, *ledger, work->report);
  std::uint64_t documents = 0;
  for (;;) {
    if (auto stopped = work->unwanted()) co_return *std::move(stopped);
    const auto links = co_await reader.next();
    if (!links) co_return links.error();
    if (links->empty()) break;
    for (const auto& link : *links) chain.see(link);
    work->advance(reader.documents() - std::exchange(documents, reader.documents()));
  }
  chain.close();
  for (const auto& key : reader.strangers()) work->see_stranger(key);
  const auto receipt = co_await reader.receipt_left();
  if (!receipt) co_return receipt.error();
  if (*receipt) {
    const auto looked = co_await look_behind_entries(work, index, **receipt);
    if (!looked) co_return looked.error();
  }
  const auto head = co_await look_at_head_again(work, index, chain.slot());
  if (!head) co_return head.error();
  co_return co_await look_for_strangers(work, index);
}

/// A receipt behind the last entry was seen: its entry came since, or was never there.
Task<Result<void>> Audit::look_behind_entries(Work* work, SequenceIndex index,
                                              EntryNumber receipt) {
  const Sequence sequence = work->sequences.at(index).sequence;
  const auto entry = co_await reader_.find(sequence.entry(receipt));
  if (!entry) co_return entry.error();
  if (*entry) co_return Result<void>{};
  const std::string key = sequence.receipt(receipt).text();
  work->report.findings.add("I5", {key}, key + " is the receipt of an entry that does not exist");
  co_return Result<void>{};
}

/// The head as it is by now tells what is unfinished, and how many slots may have been sold; it
/// must not have gone back (I7).
Task<Result<void>> Audit::look_at_head_again(Work* work, SequenceIndex index, Slot slot) {
  AuditedSequence& sequence = work->sequences.at(index);
  const std::string name = sequence.sequence.name();
  const auto listed = co_await reader_.find(sequence.sequence.head());
  if (!listed) co_return listed.error();
  if (!*listed) co_return Result<void>{};
  const auto head = read_head((*listed)->document.value, (*listed)->key);
  if (!head) co_return Result<void>{};
  Findings& findings = work->report.findings;
  if (head->tip.entry < sequence.published()) {
    findings.add("I7", {name}, name + ": the head has gone back");
  }
  if (sequence.last > head->tip.entry) {
    work->report.unfinished.entries += number(sequence.last) - number(head->tip.entry);
  }
  const auto campaign = campaign_of(sequence.sequence, *head);
  const std::uint64_t capacity = campaign && *campaign ? (*campaign)->capacity : 0;
  if (capacity != 0 && number(slot) > capacity) {
    findings.add("I3", {name},
                 name + " has sold " + std::to_string(number(slot)) + " slots, its capacity is " +
                     std::to_string(capacity));
  }
  co_return Result<void>{};
}

/// What is beneath a head is an entry or a receipt.
Task<Result<void>> Audit::look_for_strangers(Work* work, SequenceIndex index) {
  const std::string tree = work->sequences.at(index).sequence.name() + "/";
  std::string after;
  for (;;) {
    const auto page = co_await reader_.read(tree, after, 1);
    if (!page) co_return page.error();
    if (page->empty()) break;
    after = page->front().key.text();
    bool known = false;
    for (const auto* part : {"entry/", "receipt/"}) {
      std::string branch = tree;
      branch += part;
      if (!after.starts_with(branch)) continue;
      known = true;
      branch += '~';
      after = std::max(after, branch);
    }
    if (!known) work->see_stranger(after);
  }
  co_return Result<void>{};
}

}  // namespace posse
