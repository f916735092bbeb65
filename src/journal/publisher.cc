/// Publishing runs of settled entries.
// SPDX-License-Identifier: Apache-2.0
#include "journal/publisher.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {

bool Publisher::settled(Tip tip) {
  const EntryNumber entry = tip.entry;
  settled_.emplace(entry, std::move(tip));
  return !std::exchange(running_, true);
}

Task<void> Publisher::run() {
  waits_since_.reset();
  while (!settled_.empty()) {
    const auto stepped = co_await step();
    if (!stepped) settled_.clear();
  }
  running_ = false;
}

/// One cas, or one pause.
Task<Result<void>> Publisher::step() {
  if (!head_) {
    auto head = co_await parts_.sequences.head(sequence_);
    if (!head) co_return head.error();
    if (!*head) co_return Error{Errc::contended, sequence_.name() + ": its head was seen"};
    head_ = **std::move(head);
    if (std::exchange(seen_, head_->head.tip.entry) != head_->head.tip.entry) waits_since_.reset();
  }
  const EntryNumber published = head_->head.tip.entry;
  settled_.erase(settled_.begin(), settled_.upper_bound(published));
  if (settled_.empty()) co_return Result<void>{};

  const auto target = end_of_run(published);
  if (!target) co_return co_await wait_for_others();
  const auto moved = co_await parts_.sequences.move_head(sequence_, &*head_, *target);
  if (!moved) co_return moved.error();
  if (*moved == Write::done)
    ++parts_.counters.published;
  else
    head_.reset();  // somebody is ahead, or it is not known: the head itself tells
  co_return Result<void>{};
}

Task<Result<void>> Publisher::wait_for_others() {
  const EntryNumber published = head_->head.tip.entry;
  head_.reset();
  const Steady now = parts_.clock.steady();
  if (!waits_since_) waits_since_ = now;
  if (now - *waits_since_ >= courtesy) {
    waits_since_.reset();
    ++parts_.counters.helped;
    co_return co_await parts_.finisher.finish(sequence_, published + 1);
  }
  const auto pause = std::clamp<std::chrono::milliseconds>(now - *waits_since_, 2ms, courtesy / 2);
  co_await parts_.clock.sleep(pause);
  co_return Result<void>{};
}

/// The last of the settled entries that follow `head` without a gap.
std::optional<Tip> Publisher::end_of_run(EntryNumber head) const {
  std::optional<Tip> end;
  for (auto next = settled_.find(head + 1); next != settled_.end(); ++next) {
    if (end && next->first != end->entry + 1) break;
    end = next->second;
  }
  return end;
}

}  // namespace posse
