/// Doubling the wait.
// SPDX-License-Identifier: Apache-2.0
#include "node/throttle.h"

#include <algorithm>

namespace posse {
namespace {

using namespace std::chrono_literals;

constexpr int free_failures = 5;
constexpr std::chrono::milliseconds wait_max = 15min;

/// Failures this old count no more.
constexpr std::chrono::milliseconds forgotten_after = 24h;

std::chrono::milliseconds wait_after(int failures) {
  if (failures < free_failures) return 0ms;
  const int doublings = std::min(failures - free_failures, 20);
  return std::min<std::chrono::milliseconds>(1000ms * (1 << doublings), wait_max);
}

}  // namespace

std::chrono::milliseconds Throttle::wait(const std::string& peer, const std::string& account,
                                         Steady now) {
  const std::lock_guard lock(mutex_);
  const auto known = pairs_.find(Pair{peer, account});
  if (known == pairs_.end()) return 0ms;
  return std::max(known->second.until - now, 0ms);
}

void Throttle::failed(const std::string& peer, const std::string& account, Steady now) {
  const std::lock_guard lock(mutex_);
  Failures& failures = pairs_[Pair{peer, account}];
  if (now - failures.last > forgotten_after) failures.count = 0;
  ++failures.count;
  failures.last = now;
  failures.until = now + wait_after(failures.count);
  if (pairs_.size() > pairs_max) make_room();
}

void Throttle::take_back(const std::string& peer, const std::string& account) {
  const std::lock_guard lock(mutex_);
  const auto known = pairs_.find(Pair{peer, account});
  if (known == pairs_.end()) return;
  Failures& failures = known->second;
  --failures.count;
  failures.until = std::min(failures.until, failures.last + wait_after(failures.count));
}

void Throttle::succeeded(const std::string& peer, const std::string& account) {
  const std::lock_guard lock(mutex_);
  pairs_.erase(Pair{peer, account});
}

void Throttle::make_room() {
  const auto ends_first = [](const auto& a, const auto& b) {
    return a.second.until < b.second.until;
  };
  pairs_.erase(std::min_element(pairs_.begin(), pairs_.end(), ends_first));
}

}  // namespace posse
