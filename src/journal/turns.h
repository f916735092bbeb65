/// Taking turns for whole documents, inside one node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/event.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Operations of this node that want documents for themselves take a turn before they declare: of
/// those that want the same document one at a time stands in its queue of holds, and the next one
/// goes in as soon as it is out. First come, first served; but whoever waits for several documents
/// lets those behind it go first that need only free ones, so often, and then no more.
class Turns {
 private:
  struct State;

 public:
  /// Documents that are somebody's, until it goes. Nobody takes a second one meanwhile.
  class Turn {
   public:
    Turn() = default;
    Turn(std::weak_ptr<State> state, std::set<Key> keys)
        : state_(std::move(state)), keys_(std::move(keys)) {}
    Turn(Turn&& other) noexcept
        : state_(std::exchange(other.state_, {})), keys_(std::exchange(other.keys_, {})) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(state_, other.state_);
      std::swap(keys_, other.keys_);
      return *this;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (const auto state = state_.lock()) give_back(*state, keys_);
    }

   private:
    std::weak_ptr<State> state_;  // it may outlive its node, with a frame that is never resumed
    std::set<Key> keys_;
  };

  Turns();

  /// All of `keys` at once; none: at once.
  Task<Turn> take(std::set<Key> keys);

 private:
  struct Waiting {
    const std::set<Key>* keys;
    Event granted;
    int passed_by = 0;  ///< How often one behind it has gone first.
  };
  struct State {
    std::set<Key> taken;
    std::map<Key, std::list<Waiting*>>
        queues;  ///< Who waits for it, in the order in which they came.
  };

  static bool is_free(const State& state, const std::set<Key>& keys, const Waiting* waiting);
  static void hold(State& state, const std::set<Key>& keys, const Waiting* waiting);
  static void leave_queues(State& state, Waiting* waiting);
  static void give_back(State& state, const std::set<Key>& keys);

  std::shared_ptr<State> state_;
};

}  // namespace posse
