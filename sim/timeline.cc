/// Moving along.
// SPDX-License-Identifier: Apache-2.0
#include "sim/timeline.h"

#include <algorithm>
#include <utility>

namespace posse::sim {

void Timeline::in(Moment pause, std::function<void()> happening) {
  ahead_.push_back({now_ + std::max(pause, Moment{}), ++numbers_, std::move(happening)});
  std::push_heap(ahead_.begin(), ahead_.end());
}

bool Timeline::step() {
  if (ahead_.empty()) return false;
  std::pop_heap(ahead_.begin(), ahead_.end());
  const Happening next = std::move(ahead_.back());
  ahead_.pop_back();
  now_ = next.when;
  next.what();
  return true;
}

}  // namespace posse::sim
