/// A queue for each document; whoever waits for several stands in several.
// SPDX-License-Identifier: Apache-2.0
#include "journal/turns.h"

#include <algorithm>
#include <set>

#include "core/limits.h"

namespace posse {
namespace {

/// How often one that waits lets another go first, so that nobody waits for ever for documents that
/// are never free together.
constexpr int passed_by_max = 16;

std::size_t room(Holding holding) {
  return holding == Holding::alone ? 1 : holds_shared_max;
}

}  // namespace

Turns::Turns() : state_(std::make_shared<State>()) {}

std::optional<Turns::Turn> Turns::take_free(Places& places) {
  if (places.empty()) return Turn();
  if (!is_free(*state_, places, nullptr)) return {};
  hold(*state_, places, nullptr);
  return Turn(state_, std::move(places));
}

Task<Turns::Turn> Turns::take(Places places) {
  if (auto turn = take_free(places)) co_return *std::move(turn);
  Waiting ours{.places = &places, .granted = {}};
  for (const Place& place : places) state_->queues[place].push_back(&ours);
  co_await ours.granted.wait();
  co_return Turn(state_, std::move(places));
}

/// Whether `waiting`, or who has just come, may have `places`: none of them is full, and nobody
/// before it has waited long enough.
bool Turns::is_free(const State& state, const Places& places, const Waiting* waiting) {
  return std::none_of(places.begin(), places.end(), [&](const Place& place) {
    const auto taken = state.taken.find(place);
    if (taken != state.taken.end() && taken->second >= room(place.holding)) return true;
    const auto queue = state.queues.find(place);
    if (queue == state.queues.end()) return false;
    const auto own = std::find(queue->second.begin(), queue->second.end(), waiting);
    return std::any_of(queue->second.begin(), own,
                       [](const Waiting* other) { return other->passed_by >= passed_by_max; });
  });
}

void Turns::hold(State& state, const Places& places, const Waiting* waiting) {
  for (const Place& place : places) {
    ++state.taken[place];
    const auto queue = state.queues.find(place);
    if (queue == state.queues.end()) continue;
    for (Waiting* other : queue->second) {
      if (other == waiting) break;
      ++other->passed_by;
    }
  }
}

void Turns::leave_queues(State& state, Waiting* waiting) {
  for (const Place& place : *waiting->places) {
    const auto queue = state.queues.find(place);
    queue->second.remove(waiting);
    if (queue->second.empty()) state.queues.erase(queue);
  }
}

void Turns::give_back(State& state, const Places& places) {
  for (const Place& place : places) {
    const auto taken = state.taken.find(place);
    if (--taken->second == 0) state.taken.erase(taken);
  }
  if (state.queues.empty()) return;
  // Whoever goes was also before others, at places that have room.
  for (std::set<Place> open(places.begin(), places.end()); !open.empty();) {
    Waiting* const next = first_to_go(state, *open.begin());
    if (next == nullptr) {
      open.erase(open.begin());
      continue;
    }
    open.insert(next->places->begin(), next->places->end());
    hold(state, *next->places, next);
    leave_queues(state, next);
    next->granted.set();
  }
}

Turns::Waiting* Turns::first_to_go(const State& state, const Place& place) {
  const auto queue = state.queues.find(place);
  if (queue == state.queues.end()) return nullptr;
  const auto next = std::find_if(
      queue->second.begin(), queue->second.end(),
      [&](const Waiting* waiting) { return is_free(state, *waiting->places, waiting); });
  return next == queue->second.end() ? nullptr : *next;
}

}  // namespace posse
