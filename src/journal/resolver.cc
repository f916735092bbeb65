/// Resolve: look, wait, fence, release.
// SPDX-License-Identifier: Apache-2.0
#include "journal/resolver.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {

Task<Result<Resolution>> Resolver::resolve(Key key, Hold hold) {
  return resolve(std::move(key), std::move(hold), clock_.steady() + patience);
}

Task<Result<Resolution>> Resolver::resolve(Key key, Hold hold, Steady until) {
  for (EntryNumber at = hold.first; at <= hold.last; at = at + 1) {
    const auto seen = co_await look(key, hold, at, until);
    if (!seen) co_return seen.error();
    if (!seen->entry) co_return Resolution::gone;
    if (seen->entry->entry->find(hold.intent) == nullptr) continue;
    const auto finished = co_await finisher_.finish(hold.sequence, at);
    if (!finished) co_return finished.error();
    ++counters_.helped;
    co_return Resolution::committed;
  }
  co_return co_await release(key, hold);
}

/// The entry at `at`: as it is found, or the fence put there once the patience is over. Never
/// acts on the absence that a read shows, only on an add that the store accepts.
Task<Result<Resolver::Look>> Resolver::look(Key key, Hold hold, EntryNumber at, Steady until) {
  auto pause = 5ms;
  for (int looks = 0; looks < swaps_max; ++looks) {
    auto stored = co_await views_.sequences.entry(hold.sequence, at);
    if (!stored) co_return stored.error();
    Look seen{.entry = *std::move(stored)};
    if (seen.entry) co_return seen;
    const auto held = co_await still_held(key, hold);
    if (!held) co_return held.error();
    if (!*held) co_return seen;
    if (clock_.steady() < until) {
      co_await clock_.sleep(pause);  // a living driver claims within milliseconds
      pause = std::min<std::chrono::milliseconds>(2 * pause, poll);
      continue;
    }
    const auto fenced = co_await fence(hold.sequence, at);
    if (!fenced) co_return fenced.error();
  }
  co_return Error{Errc::contended, hold.sequence.entry(at).text() + ": stays undecided"};
}

Task<Result<bool>> Resolver::still_held(Key key, Hold hold) {
  const auto participant = co_await views_.participants.get(key);
  if (!participant) co_return participant.error();
  if (!*participant) co_return false;
  const Hold* there = (*participant)->hold(hold.intent);
  co_return there != nullptr && there->same(hold);
}

/// Adds an empty entry. It carries its predecessor's time, so that everybody's fence is the same
/// and an unknown one can be repeated as it was. Whatever the answer: the next look tells.
Task<Result<void>> Resolver::fence(Sequence sequence, EntryNumber at) {
  const auto head = co_await views_.sequences.head(sequence);
  if (!head) co_return head.error();
  if (!*head)
    co_return Error{Errc::unreadable, "a hold names " + sequence.name() + ", which is not there"};
  const auto before = co_await views_.sequences.tip_at(sequence, EntryNumber{number(at) - 1});
  if (!before) co_return before.error();
  const Entry empty = next_entry(sequence, *before, before->time);
  const auto added = co_await views_.sequences.add_entry(sequence, at, write_entry(empty));
  if (!added) co_return added.error();
  if (*added == Write::done) ++counters_.fences;
  co_return Result<void>{};
}

/// Every entry of the window was seen without the intent: the hold goes out without its effect.
Task<Result<Resolution>> Resolver::release(Key key, Hold hold) {
  bool released = false;
  Decision decision = [&](Participant& participant) {
    released = participant.take_out(hold);
    return released ? Verdict::write : Verdict::keep;
  };
  const auto updated = co_await views_.participants.update(key, std::move(decision));
  if (!updated) co_return updated.error();
  if (!released) co_return Resolution::gone;
  ++counters_.released;
  const auto published = co_await finisher_.publish(hold.sequence, hold.last);
  if (!published) co_return published.error();
  co_return Resolution::released;
}

Task<Result<void>> Resolver::resolve_all(Key key) {
  const auto participant = co_await views_.participants.get(key);
  if (!participant) co_return participant.error();
  if (!*participant) co_return Result<void>{};
  const Steady until = clock_.steady() + patience;
  for (const auto& hold : (*participant)->holds) {
    const auto resolved = co_await resolve(key, hold, until);
    if (!resolved) co_return resolved.error();
  }
  co_return Result<void>{};
}

}  // namespace posse
