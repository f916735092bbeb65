/// Taking turns at documents, inside one node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/event.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// How an operation holds a document: for itself, or beside others.
enum class Holding : std::uint8_t { alone, shared };

/// Operations of this node take their places before they declare. Of those that want a document
/// alone one at a time stands in its queue of holds, of those that share it `holds_shared_max`; the
/// next one goes in as soon as one is out. First come, first served; but whoever waits for several
/// places lets those behind it go first that need only free ones, so often, and then no more.
class Turns {
 private:
  struct State;

 public:
  /// A place in the queue of holds of a document.
  struct Place {
    Key key;
    Holding holding = Holding::alone;

    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Places = std::vector<Place>;  ///< In order, each of them once.

  /// Places that are somebody's, until it goes. Nobody takes a second turn meanwhile.
  class Turn {
   public:
    Turn() = default;
    Turn(std::weak_ptr<State> state, Places places)
        : state_(std::move(state)), places_(std::move(places)) {}
    Turn(Turn&& other) noexcept
        : state_(std::exchange(other.state_, {})), places_(std::exchange(other.places_, {})) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(state_, other.state_);
      std::swap(places_, other.places_);
      return *this;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (const auto state = state_.lock()) give_back(*state, places_);
    }

   private:
    std::weak_ptr<State> state_;  // it may outlive its node, with a frame that is never resumed
    Places places_;
  };

  Turns();

  /// All of `places` at once, if nobody need be waited for; else empty, and they are as they were.
  std::optional<Turn> take_free(Places& places);

  /// All of `places` at once; none: at once.
  Task<Turn> take(Places places);

 private:
  struct Waiting {
    const Places* places;
    Event granted;
    int passed_by = 0;  ///< How often one behind it has gone first.
  };
  struct State {
    std::map<Place, std::size_t> taken;
    std::map<Place, std::list<Waiting*>>
        queues;  ///< Who waits for it, in the order in which they came.
  };

  static bool is_free(const State& state, const Places& places, const Waiting* waiting);
  static void hold(State& state, const Places& places, const Waiting* waiting);
  static void leave_queues(State& state, Waiting* waiting);
  static void give_back(State& state, const Places& places);
  static Waiting* first_to_go(const State& state, const Place& place);

  std::shared_ptr<State> state_;
};

}  // namespace posse
