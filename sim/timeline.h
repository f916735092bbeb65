/// Virtual time: what is to happen when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "posse/types.h"

namespace posse::sim {

/// Since the beginning of a world.
using Moment = std::chrono::microseconds;

/// What true clocks show at the beginning of a world.
inline constexpr Time start_of_wall_time{std::chrono::milliseconds{1'764'000'000'000}};

/// Happenings in the order of their moments; those of one moment in the order they were put in.
class Timeline {
 public:
  Moment now() const { return now_; }

  void in(Moment pause, std::function<void()> happening);

  /// Jumps to the next happening and lets it happen; false if there is none.
  bool step();

 private:
  struct Happening {
    Moment when{};
    std::uint64_t number = 0;
    std::size_t place = 0;  ///< In `what_`.

    /// For a heap with the earliest on top.
    friend bool operator<(const Happening& one, const Happening& other) {
      return one.when != other.when ? one.when > other.when : one.number > other.number;
    }
  };

  Moment now_{};
  std::uint64_t numbers_ = 0;
  std::vector<Happening> ahead_;
  std::vector<std::function<void()>> what_;
  std::vector<std::size_t> free_places_;
};

}  // namespace posse::sim
