/// Waiting for what this node does itself.
// SPDX-License-Identifier: Apache-2.0
#include "journal/driven.h"

#include <utility>

namespace posse {

void Driven::keep(const Intent& intent, Turns::Turn turn) {
  if (const auto way = ways_.find(intent); way != ways_.end()) way->second.turn = std::move(turn);
}

void Driven::erase(const Intent& intent) {
  const auto way = ways_.extract(intent);
  if (way.empty()) return;
  for (Event* waiting : way.mapped().waiting) waiting->set();
}

Task<void> Driven::gone(Intent intent) {
  const auto way = ways_.find(intent);
  if (way == ways_.end()) co_return;
  Event gone;
  way->second.waiting.push_back(&gone);
  co_await gone.wait();
}

}  // namespace posse
