/// The round, step by step as the protocol numbers them.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/round.h"

#include <utility>

#include "core/limits.h"

namespace posse {

Task<Found> Round::run(Sequence sequence) {
  Found found;
  const auto finished = co_await finish(std::move(sequence), &found);
  if (!finished) found.failure = finished.error();
  co_return found;
}

Task<Result<void>> Round::finish(Sequence sequence, Found* found) {
  const auto first = co_await published(sequence);  // 1
  if (!first) co_return first.error();
  Walk walk{.head = *first, .waited_for = {}};
  while (found->finished < round_entries_max && !stopped_) {
    const auto orphan = co_await look(sequence, &walk, found);  // 2 to 5
    if (!orphan) co_return orphan.error();
    if (!*orphan) co_return Result<void>{};
    if (!found->unsettled) found->unsettled = (*orphan)->tip.time;
    // 6 and 7: it publishes what it has completed. Completing it here too would be the same twice.
    const auto moved = co_await finisher_.publish(sequence, walk.head + 1);
    if (!moved) co_return moved.error();
    ++found->finished;
    walk.head = walk.head + 1;  // 8
  }
  co_return Result<void>{};
}

Task<Result<Round::Orphan>> Round::look(Sequence sequence, Walk* walk, Found* found) {
  auto entry = co_await sequences_.entry(sequence, walk->head + 1);  // 2
  if (!entry) co_return entry.error();
  if (!*entry) {
    found->quiet = found->finished == 0;
    co_return Orphan{};
  }
  auto again = co_await published(sequence);  // 3: we may just have been early
  if (!again) co_return again.error();
  if (*again > walk->head) co_return Orphan{};
  // An entry that was there before an earlier wait has been waited for with that one.
  if (walk->head < walk->waited_for) co_return *std::move(entry);
  const auto newest = co_await sequences_.newest_tip(sequence, (*entry)->tip);
  if (!newest) co_return newest.error();
  walk->waited_for = newest->entry;
  co_await clock_.sleep(courtesy);       // 4
  again = co_await published(sequence);  // 5
  if (!again) co_return again.error();
  if (*again > walk->head) co_return Orphan{};
  co_return *std::move(entry);
}

Task<Result<EntryNumber>> Round::published(Sequence sequence) {
  const auto head = co_await sequences_.head(sequence);
  if (!head) co_return head.error();
  if (!*head) co_return EntryNumber{};
  co_return (*head)->head.tip.entry;
}

}  // namespace posse
