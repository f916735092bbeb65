/// Moving along.
// SPDX-License-Identifier: Apache-2.0
#include "sim/timeline.h"

#include <algorithm>
#include <utility>

namespace posse::sim {

void Timeline::in(Moment pause, std::function<void()> happening) {
  if (free_places_.empty()) {
    free_places_.push_back(what_.size());
    what_.emplace_back();
  }
  const std::size_t place = free_places_.back();
  free_places_.pop_back();
  what_[place] = std::move(happening);
  ahead_.push_back({now_ + std::max(pause, Moment{}), ++numbers_, place});
  std::push_heap(ahead_.begin(), ahead_.end());
}

bool Timeline::step() {
  if (ahead_.empty()) return false;
  std::pop_heap(ahead_.begin(), ahead_.end());
  const Happening next = ahead_.back();
  ahead_.pop_back();
  now_ = next.when;
  const auto what = std::exchange(what_[next.place], nullptr);
  free_places_.push_back(next.place);
  what();
  return true;
}

}  // namespace posse::sim
