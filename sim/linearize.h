/// Whether a history could have happened one call after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "sim/digest.h"
#include "sim/timeline.h"

namespace posse::sim {

enum class Linearizable : std::uint8_t { yes, no, too_hard };

/// Looks for an order of `operations`, given in the order of their calls, in which each lies
/// between its call (`from`) and its answer (`until`) and fits what came before. The search of Wing
/// and Gong (1993) with the memory of Lowe (2017), as Porcupine does it: operations that were put
/// in order, with the state they led to, are not put in order again. What fits and changes nothing
/// is taken at once: wherever else it would fit, it fits here too. Of two that are alike, the one
/// that was called and answered first comes first: they could change places.
///
/// A model has a `State` with a digest(), a beginning(), fits(state, operation),
/// changes(operation), alike(operation, operation), and apply(state, operation).
template <class Model, class Operation>
class Linearizer {
 public:
  Linearizer(const Model& model, std::vector<Operation> operations)
      : model_(model),
        operations_(std::move(operations)),
        done_(operations_.size()),
        to_do_(operations_.size()) {}

  Linearizable run() {
    std::vector<Choice> way{{.state = model_.beginning()}};
    while (to_do_ > 0) {
      if (tried_.size() > tries_max) return Linearizable::too_hard;
      if (auto next = take(way.back())) {
        way.push_back({.state = *std::move(next)});
        continue;
      }
      way.pop_back();
      if (way.empty()) return Linearizable::no;
      mark(way.back().taken, false);
    }
    return Linearizable::yes;
  }

 private:
  using State = typename Model::State;
  static constexpr std::size_t tries_max = 2'000'000;

  struct Choice {
    State state;
    std::size_t next = 0;   ///< The operation to try next.
    std::size_t taken = 0;  ///< The one that led further.
  };

  /// The state after the next operation that can come now and leads to something new.
  std::optional<State> take(Choice& choice) {
    while (first_ < done_.size() && done_[first_]) ++first_;
    const Moment bound = earliest_answer();
    choice.next = std::max(choice.next, first_);
    for (; choice.next < operations_.size(); ++choice.next) {
      const Operation& operation = operations_[choice.next];
      if (operation.from > bound) break;
      if (done_[choice.next] || !model_.fits(choice.state, operation)) continue;
      if (comes_after_another(choice.next)) continue;
      State next = choice.state;
      if (model_.changes(operation)) model_.apply(next, operation);
      const std::uint64_t digest = digest_ + mixed(11, choice.next);
      if (!tried_.insert(mixed(digest, next.digest())).second) continue;
      mark(choice.next, true);
      choice.taken = choice.next;
      choice.next = model_.changes(operation) ? choice.next + 1 : operations_.size();
      return next;
    }
    return {};
  }

  bool comes_after_another(std::size_t operation) const {
    const Operation& one = operations_[operation];
    for (std::size_t i = first_; i < operation; ++i) {
      const bool is_first = !done_[i] && operations_[i].until <= one.until;
      if (is_first && model_.alike(operations_[i], one)) return true;
    }
    return false;
  }

  void mark(std::size_t operation, bool done) {
    done_[operation] = done;
    digest_ = done ? digest_ + mixed(11, operation) : digest_ - mixed(11, operation);
    to_do_ = done ? to_do_ - 1 : to_do_ + 1;
    if (!done) first_ = std::min(first_, operation);
  }

  /// Nothing that was called after some answer may come before what was answered.
  Moment earliest_answer() const {
    Moment earliest = Moment::max();
    for (std::size_t i = first_; i < operations_.size(); ++i) {
      if (operations_[i].from > earliest) break;
      if (!done_[i]) earliest = std::min(earliest, operations_[i].until);
    }
    return earliest;
  }

  const Model& model_;
  std::vector<Operation> operations_;
  std::vector<bool> done_;
  std::size_t to_do_;
  std::size_t first_ = 0;  ///< Of those that are not in order yet.
  std::uint64_t digest_ = 0;
  boost::unordered_flat_set<std::uint64_t> tried_;
};

}  // namespace posse::sim
