/// A queue for each document; whoever waits for several stands in several.
// SPDX-License-Identifier: Apache-2.0
#include "journal/turns.h"

#include <algorithm>

namespace posse {
namespace {

/// How often one that waits lets another go first, so that nobody waits for ever for documents that
/// are never free together.
constexpr int passed_by_max = 16;

}  // namespace

Turns::Turns() : state_(std::make_shared<State>()) {}

Task<Turns::Turn> Turns::take(std::set<Key> keys) {
  if (keys.empty()) co_return Turn();
  if (is_free(*state_, keys, nullptr)) {
    hold(*state_, keys, nullptr);
  } else {
    Waiting ours{.keys = &keys, .granted = {}};
    for (const Key& key : keys) state_->queues[key].push_back(&ours);
    co_await ours.granted.wait();
  }
  co_return Turn(state_, std::move(keys));
}

/// Whether `waiting`, or who has just come, may have `keys`: nobody has one of them, and nobody
/// before it has waited long enough.
bool Turns::is_free(const State& state, const std::set<Key>& keys, const Waiting* waiting) {
  return std::none_of(keys.begin(), keys.end(), [&](const Key& key) {
    if (state.taken.contains(key)) return true;
    const auto queue = state.queues.find(key);
    if (queue == state.queues.end()) return false;
    const auto own = std::find(queue->second.begin(), queue->second.end(), waiting);
    return std::any_of(queue->second.begin(), own,
                       [](const Waiting* other) { return other->passed_by >= passed_by_max; });
  });
}

void Turns::hold(State& state, const std::set<Key>& keys, const Waiting* waiting) {
  for (const Key& key : keys) {
    state.taken.insert(key);
    const auto queue = state.queues.find(key);
    if (queue == state.queues.end()) continue;
    for (Waiting* other : queue->second) {
      if (other == waiting) break;
      ++other->passed_by;
    }
  }
}

void Turns::leave_queues(State& state, Waiting* waiting) {
  for (const Key& key : *waiting->keys) {
    const auto queue = state.queues.find(key);
    queue->second.remove(waiting);
    if (queue->second.empty()) state.queues.erase(queue);
  }
}

void Turns::give_back(State& state, const std::set<Key>& keys) {
  for (const Key& key : keys) state.taken.erase(key);
  for (const Key& key : keys) {
    const auto queue = state.queues.find(key);
    if (queue == state.queues.end()) continue;
    const auto next = std::find_if(
        queue->second.begin(), queue->second.end(),
        [&](const Waiting* waiting) { return is_free(state, *waiting->keys, waiting); });
    if (next == queue->second.end()) continue;
    Waiting* const granted = *next;
    hold(state, *granted->keys, granted);
    leave_queues(state, granted);
    granted->granted.set();
  }
}

}  // namespace posse
