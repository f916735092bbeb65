/// Taking turns for whole documents, inside one node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "core/event.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Operations of this node that want a document for themselves come one after the other, before
/// they declare: in the document's queue of holds stands one of them at a time, and the next one
/// goes in as soon as it is out. Whoever takes several takes them in key order.
class Turns {
 public:
  /// A document's turn; the next one's when it goes.
  class Turn {
   public:
    Turn(Turns& turns, Key key) : turns_(&turns), key_(std::move(key)) {}
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(turns_, other.turns_);
      std::swap(key_, other.key_);
      return *this;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on(key_);
    }

   private:
    Turns* turns_;
    Key key_;
  };

  /// First come, first served.
  Task<Turn> take(Key key);

 private:
  void pass_on(const Key& key);

  std::map<Key, std::deque<Event*>> taken_;  // and who waits
};

}  // namespace posse
