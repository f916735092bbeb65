/// Looking at what a document names.
// SPDX-License-Identifier: Apache-2.0
#include "journal/explainer.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {
namespace {

/// Whether the operation does more to `key` than look at it.
bool does_change(const SettledBy& by, const Key& key) {
  const Operation* operation = by.operation();
  if (operation == nullptr) return false;
  return std::any_of(
      operation->effects.begin(), operation->effects.end(),
      [&](const Effect& effect) { return effect.key == key && effect.kind != "check"; });
}

/// How long whoever decides this hold waits for its driver, all before it being decided.
std::optional<std::chrono::milliseconds> wait_for(Stage stage) {
  switch (stage) {
    case Stage::undecided:
    case Stage::waiting:
      return patience;
    case Stage::committed:
    case Stage::passed:
    case Stage::over:
      return 0ms;
    case Stage::unsettled:
    case Stage::stray:
      return {};
  }
  return {};
}

/// Holds that conflict are decided one after the other, the first one first; the others side by
/// side.
void add_waits(std::vector<HeldBy>& held) {
  for (auto own = held.begin(); own != held.end(); ++own) {
    own->within = wait_for(own->stage);
    for (auto before = held.begin(); before != own; ++before) {
      if (!before->hold.conflicts(own->hold)) continue;
      const auto other = wait_for(before->stage);
      own->within = own->within && other ? std::optional(*own->within + *other) : std::nullopt;
    }
  }
}

}  // namespace

Task<Result<Explanation>> Explainer::explain(Key key) {
  Explanation explanation;
  explanation.key = key;
  const auto read = co_await participants_.get(key);
  if (!read && read.error().code == Errc::unreadable) {
    explanation.what = Explanation::What::foreign;
    explanation.why = read.error().detail;
    co_return explanation;
  }
  if (!read) co_return read.error();
  if (!*read) co_return explanation;
  const Participant& seen = **read;
  explanation.what = Explanation::What::participant;
  explanation.is_there = seen.is_there;
  explanation.state = seen.state();
  explanation.settled = seen.settled.size() + seen.pages * settled_page;
  auto held = co_await look_at_holds(key, &seen);
  if (!held) co_return held.error();
  explanation.held = *std::move(held);
  auto changed = co_await last_change(key, seen.settled.all());
  if (!changed) co_return changed.error();
  explanation.changed = *std::move(changed);
  co_return explanation;
}

/// The document is read again behind the entries: a hold that is not there any more was decided
/// meanwhile, and what the entries show of it is no flaw.
Task<Result<std::vector<HeldBy>>> Explainer::look_at_holds(Key key, const Participant* seen) {
  std::vector<HeldBy> all;
  for (const Hold& hold : seen->holds) {
    auto held = co_await look(hold);
    if (!held) co_return held.error();
    const Hold* before = seen->hold_before(hold.intent);
    if (before != nullptr) held->behind = before->intent;
    if (before != nullptr && held->stage == Stage::undecided) held->stage = Stage::waiting;
    all.push_back(*std::move(held));
  }
  if (all.empty()) co_return all;
  const auto again = co_await participants_.get(key);
  if (!again) co_return again.error();
  for (HeldBy& held : all) {
    const Hold* there = *again ? (*again)->hold(held.hold.intent) : nullptr;
    if (there == nullptr || !there->same(held.hold)) held.stage = Stage::over;
  }
  add_waits(all);
  co_return all;
}

/// As Resolver does, but without acting on what it does not see.
Task<Result<HeldBy>> Explainer::look(Hold hold) {
  HeldBy held;
  held.hold = hold;
  held.stage = Stage::passed;
  for (EntryNumber at = hold.first; at <= hold.last; at = at + 1) {
    const auto stored = co_await sequences_.entry(hold.sequence, at);
    if (!stored) co_return stored.error();
    if (!*stored) {
      held.open = at;
      held.stage = Stage::undecided;
      break;
    }
    if ((*stored)->entry->find(hold.intent) == nullptr) continue;
    held.entry = (*stored)->entry;
    break;
  }
  const auto head = co_await sequences_.head(hold.sequence);
  if (!head) co_return head.error();
  if (!*head)
    held.stage = Stage::stray;
  else if (held.entry)
    held.stage = (*head)->head.tip.entry < held.entry->number ? Stage::committed : Stage::unsettled;
  co_return held;
}

/// From the newest one back; the rows of a document are in the order in which they were settled.
Task<Result<std::optional<SettledBy>>> Explainer::last_change(Key key, std::vector<Settled> rows) {
  std::optional<SettledBy> newest;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const auto stored = co_await sequences_.entry(row->sequence, row->entry);
    if (!stored) co_return stored.error();
    SettledBy by;
    by.settled = *row;
    if (*stored) by.entry = (*stored)->entry;
    by.changes = does_change(by, key);
    if (by.changes) co_return std::optional<SettledBy>(std::move(by));
    if (!newest) newest = std::move(by);
  }
  co_return newest;
}

}  // namespace posse
