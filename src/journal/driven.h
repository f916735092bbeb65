/// The operations that a node has under way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "core/event.h"
#include "core/intent.h"
#include "journal/turns.h"
#include "posse/task.h"

namespace posse {

/// Intents of this node whose holds it settles or takes out itself: nobody here need decide them,
/// and whoever waits for one hears when it is over.
class Driven {
 public:
  void insert(const Intent& intent) { ways_.try_emplace(intent); }
  bool contains(const Intent& intent) const { return ways_.contains(intent); }

  /// The turn of an operation that is claimed goes on with it until it is settled.
  void keep(const Intent& intent, Turns::Turn turn);

  /// It is settled, released, or left to others.
  void erase(const Intent& intent);

  /// Returns once it is not under way here.
  Task<void> gone(Intent intent);

 private:
  struct Way {
    Turns::Turn turn;
    std::vector<Event*> waiting;
  };

  std::map<Intent, Way> ways_;
};

}  // namespace posse
