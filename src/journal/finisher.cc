/// Receipt, settle, publish.
// SPDX-License-Identifier: Apache-2.0
#include "journal/finisher.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "core/task_group.h"

namespace posse {
namespace {

/// The parts of the first participant among `parts`.
std::span<const Part> first_of(std::span<const Part> parts) {
  const Key& key = *parts.front().key;
  const auto end =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return *part.key != key; });
  return {parts.begin(), end};
}

}  // namespace

Task<Result<void>> Finisher::complete(std::shared_ptr<const Entry> entry) {
  if (entry->is_fence()) co_return Result<void>{};
  if (auto error = foreign(*entry)) co_return *std::move(error);
  const auto receipt = co_await views_.sequences.add_receipt(entry);
  if (!receipt) co_return receipt.error();

  const auto parts = entry->by_participant();
  Result<void> result;
  TaskGroup settling(executor_);
  for (Parts left = parts; !left.empty();) {
    const Parts here = first_of(left);
    settling.spawn(settle(entry.get(), here, &result));
    left = left.subspan(here.size());
  }
  co_await settling.join();
  co_return result;
}

/// One swap for all operations of one participant that are held; then each of those that the
/// document shows neither held nor settled. `result` is changed by an error alone.
Task<void> Finisher::settle(const Entry* entry, Parts parts, Result<void>* result) {
  std::vector<Part> unseen;
  std::uint64_t settled = 0;
  const Operation* broken = nullptr;
  auto decide = [&](Participant& participant) {
    unseen.clear();
    settled = 0;
    broken = nullptr;
    for (const Part& part : parts) {
      const Settling how = settle_one(participant, *entry, part);
      if (how == Settling::settled) ++settled;
      if (how == Settling::unseen) unseen.push_back(part);
      if (how == Settling::broken) broken = part.operation;
    }
    return settled > 0 ? Verdict::write : Verdict::keep;
  };
  const Key& key = *parts.front().key;
  Decision decision = std::ref(decide);
  const auto updated = co_await views_.participants.update(key, std::move(decision));
  if (!updated) {
    *result = updated.error();
    co_return;
  }
  if (*updated == Updated::absent) {
    unseen.assign(parts.begin(), parts.end());
  } else {
    counters_.settled += settled;
  }
  if (broken != nullptr) {
    *result = alarm(*entry, key, broken->intent);
    co_return;
  }
  for (const Part& part : unseen) {
    const auto done = co_await settle_unseen(entry, part);
    if (done) continue;
    *result = done.error();
    co_return;
  }
}

/// Settles the operation if the participant holds it.
Finisher::Settling Finisher::settle_one(Participant& participant, const Entry& entry,
                                        const Part& part) const {
  const Operation& operation = *part.operation;
  if (participant.settlement(operation.intent)) return Settling::before;
  const Hold* hold = participant.hold(operation.intent);
  if (hold == nullptr) return Settling::unseen;
  std::vector<const Effect*> effects;
  Reserve done;
  bool is_exclusive = false;
  for (const Effect& effect : operation.effects) {
    if (effect.key != *part.key) continue;
    effects.push_back(&effect);
    const EffectKind* kind = views_.kinds.find(effect.kind);
    if (kind->reserve(effect.details, done)) return Settling::broken;
    is_exclusive = is_exclusive || kind->is_exclusive();
  }
  if (is_exclusive && !hold->is_exclusive) return Settling::broken;
  if (!participant.keeps_promise(*hold, done)) return Settling::broken;
  const Settled settled{.intent = operation.intent,
                        .sequence = entry.sequence,
                        .entry = entry.number,
                        .issued = hold->issued};
  participant.settle(settled, effects, views_.kinds);
  return Settling::settled;
}

/// A document that takes part in something committed exists: a read that denies it is stale, or,
/// if they go on denying it, the books are broken.
Task<Result<std::optional<Participant>>> Finisher::seen_participant(Key key) {
  constexpr int denials_max = 10;
  for (int denials = 0; denials < denials_max; ++denials) {
    auto participant = co_await views_.participants.get(key);
    if (!participant || *participant) co_return participant;
    co_await clock_.sleep(poll);
  }
  co_return std::optional<Participant>{};
}

/// Neither hold nor settlement was seen: it is in a page, or it came since, or the books are
/// broken.
Task<Result<void>> Finisher::settle_unseen(const Entry* entry, Part part) {
  const Key& key = *part.key;
  const Operation* const operation = part.operation;
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto participant = co_await seen_participant(key);
    if (!participant) co_return participant.error();
    if (!*participant) co_return alarm(*entry, key, operation->intent);
    const Pages pages{.to = (*participant)->pages};
    auto wanted = [&](const Settled& one) { return one.intent == operation->intent; };
    const auto in_page = co_await views_.participants.find_spilled(key, pages, wanted);
    if (!in_page) co_return in_page.error();
    if (*in_page) co_return Result<void>{};

    bool missing = false;
    bool settled = false;
    auto decide = [&](Participant& now) {
      missing = false;
      const Settling how = settle_one(now, *entry, part);
      if (how == Settling::broken) missing = true;
      settled = how == Settling::before;
      if (how == Settling::settled) return Verdict::write;
      if (how != Settling::unseen) return Verdict::keep;
      if (now.pages != pages.to) return Verdict::keep;
      missing = true;
      return Verdict::confirm;  // an absence proves nothing until the store accepts a write on it
    };
    Decision decision = std::ref(decide);
    const auto updated = co_await views_.participants.update(key, std::move(decision));
    if (!updated) co_return updated.error();
    if (missing) co_return alarm(*entry, key, operation->intent);
    if (settled || *updated == Updated::written) co_return Result<void>{};
  }
  co_return Error{Errc::contended, key.text() + ": others changed it each time"};
}

Task<Result<void>> Finisher::finish(Sequence sequence, EntryNumber entry) {
  const auto head = co_await views_.sequences.head(sequence);
  if (!head) co_return head.error();
  // Publishing completes what it passes; only where predecessors come first, whoever waits for this
  // entry should not wait for them.
  if (*head && (*head)->head.tip.entry + 1 < entry) {
    const auto stored = co_await seen_entry(sequence, entry);
    if (!stored) co_return stored.error();
    const auto completed = co_await complete(stored->entry);
    if (!completed) co_return completed.error();
  }
  co_return co_await publish(sequence, entry);
}

Task<Result<void>> Finisher::publish(Sequence sequence, EntryNumber entry) {
  int lost = 0;
  while (lost < swaps_max) {
    auto head = co_await views_.sequences.head(sequence);
    if (!head) co_return head.error();
    if (!*head)
      co_return Error{Errc::contended, sequence.name() + ": its head was seen, reads deny it"};
    const EntryNumber published = (*head)->head.tip.entry;
    if (published >= entry) co_return Result<void>{};

    const auto next = co_await seen_entry(sequence, published + 1);
    if (!next) co_return next.error();
    const auto completed = co_await complete(next->entry);
    if (!completed) co_return completed.error();
    const auto moved = co_await views_.sequences.move_head(sequence, &**head, next->tip);
    if (!moved) co_return moved.error();
    if (*moved == Write::done)
      ++counters_.published;
    else
      ++lost;  // refused: somebody is ahead; unknown: the head itself tells
  }
  co_return Error{Errc::contended, sequence.name() + ": others moved its head each time"};
}

/// An entry that somebody has seen: a read that denies it is stale.
Task<Result<StoredEntry>> Finisher::seen_entry(Sequence sequence, EntryNumber entry) {
  for (int reads = 0; reads < swaps_max; ++reads) {
    auto stored = co_await views_.sequences.entry(sequence, entry);
    if (!stored) co_return stored.error();
    if (*stored) co_return **std::move(stored);
    co_await clock_.sleep(poll);
  }
  co_return Error{Errc::contended, sequence.entry(entry).text() + ": was seen, reads deny it"};
}

/// Effects of a kind this program does not know are none of its business.
std::optional<Error> Finisher::foreign(const Entry& entry) const {
  for (const auto& operation : entry.operations) {
    for (const auto& effect : operation.effects) {
      const EffectKind* kind = views_.kinds.find(effect.kind);
      if (kind != nullptr && !kind->check(effect.details)) continue;
      return Error{Errc::unreadable, entry.sequence.entry(entry.number).text() +
                                         ": has an effect `" + effect.kind +
                                         "` this program does not know; it is left alone"};
    }
  }
  return {};
}

Error Finisher::alarm(const Entry& entry, const Key& key, const Intent& intent) {
  std::string sentence = key.text() + " neither holds nor has settled " + intent.text() +
                         ", which " + entry.sequence.entry(entry.number).text() + " committed";
  if (counters_.alarms.size() < alarms_max) counters_.alarms.insert(sentence);
  return Error{Errc::books_broken, std::move(sentence)};
}

}  // namespace posse
