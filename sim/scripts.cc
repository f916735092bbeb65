/// What processes of scenarios do.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "patrol/round.h"
#include "sim/scenario.h"

namespace posse::sim {
namespace {

Told told_of(Order order, const Result<Outcome>& outcome) {
  Told told{.order = std::move(order), .word = "undecided", .intent = {}, .slot = {}};
  if (!outcome) {
    told.word = "error";
  } else if (const auto* done = std::get_if<Committed>(&*outcome)) {
    told.word = "committed";
    told.intent = done->intent;
    told.slot = done->slot;
  } else if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    told.word = refusal->code;
  }
  return told;
}

Task<void> recover(Actor actor, Sequence sequence) {
  Round round(actor.journal.sequences(), actor.journal.finisher(), actor.clock);
  co_await round.run(std::move(sequence));
}

Task<void> log_in(Actor actor, Key key) {
  const auto resolved = co_await actor.journal.resolver().resolve_all(key);
  (void)resolved;
}

Task<void> ask_all(Actor actor, std::vector<Order> orders) {
  for (Order& order : orders) actor.requests.spawn(ask(actor, std::move(order)));
  co_return;
}

/// The documents that are read are always set together, to the same: whoever sees them differ has
/// seen two moments.
Task<void> read_together(Actor actor, std::vector<Key> keys) {
  const auto found = co_await actor.journal.read(std::move(keys));
  Told told{.order = {}, .word = "error", .intent = {}, .slot = {}};
  if (found) {
    const auto is_same = [&](const Participant& participant) {
      return participant.value("balance") == found->front().value("balance");
    };
    told.word = std::all_of(found->begin(), found->end(), is_same) ? "read" : torn;
  }
  actor.told.push_back(std::move(told));
}

}  // namespace

Task<void> ask(Actor actor, Order order) {
  const auto outcome = co_await actor.journal.commit(order);
  actor.told.push_back(told_of(std::move(order), outcome));
}

Sequence stage() {
  return Sequence{"journal/0"};
}

Sequence watched_stage() {
  return Sequence{"stage/0"};
}

Sequence scarce_stage() {
  return Sequence{"scarce/0"};
}

Script recovering(Sequence sequence) {
  return [sequence = std::move(sequence)](Actor actor) { return recover(actor, sequence); };
}

Script logging_in(Key key) {
  return [key = std::move(key)](Actor actor) { return log_in(actor, key); };
}

Script reading(std::vector<Key> keys) {
  return [keys = std::move(keys)](Actor actor) { return read_together(actor, keys); };
}

Script asking(std::vector<Order> orders) {
  return [orders = std::move(orders)](Actor actor) { return ask_all(actor, orders); };
}

}  // namespace posse::sim
