/// One queue for each document.
// SPDX-License-Identifier: Apache-2.0
#include "journal/turns.h"

namespace posse {

Task<Turns::Turn> Turns::take(Key key) {
  const auto [lane, is_free] = taken_.try_emplace(key);
  if (!is_free) {
    Event ours;
    lane->second.push_back(&ours);
    co_await ours.wait();
  }
  co_return Turn(*this, std::move(key));
}

void Turns::pass_on(const Key& key) {
  const auto lane = taken_.find(key);
  if (lane->second.empty()) {
    taken_.erase(lane);
    return;
  }
  Event* const next = lane->second.front();
  lane->second.pop_front();
  next->set();
}

}  // namespace posse
