/// Keeping the newest.
// SPDX-License-Identifier: Apache-2.0
#include "node/recoveries.h"

#include <algorithm>

namespace posse {

void Recoveries::hear(const Summary& pass, Time now) {
  if (pass.finished > 0) {
    recovered_.push_front({.at = now, .entries = pass.finished, .oldest = pass.oldest});
    if (recovered_.size() > recoveries_max) recovered_.pop_back();
  }
  for (const auto& alarm : pass.alarms) {
    if (alarms_.size() < told_alarms_max) alarms_.insert(alarm);
  }
}

void NodeView::add(const NodeView& other) {
  oldest_unsettled = std::max(oldest_unsettled, other.oldest_unsettled);
  recovered.insert(recovered.end(), other.recovered.begin(), other.recovered.end());
  std::ranges::sort(recovered, std::ranges::greater(), &Recovery::at);
  if (recovered.size() > recoveries_max) recovered.resize(recoveries_max);
  add_alarms(other.alarms);
}

void NodeView::add_alarms(const std::set<std::string>& others) {
  for (const auto& alarm : others) {
    if (alarms.size() < told_alarms_max) alarms.insert(alarm);
  }
}

}  // namespace posse
