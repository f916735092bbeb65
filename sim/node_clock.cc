/// Telling time.
// SPDX-License-Identifier: Apache-2.0
#include "sim/node_clock.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse::sim {

Time NodeClock::now() {
  return start_of_wall_time + steady() + off_;
}

Steady NodeClock::steady() {
  return Steady{timeline_.now().count() * rate_ / 4'000} + slept_dead_;
}

Task<void> NodeClock::sleep(std::chrono::milliseconds pause) {
  if (dead_) {
    slept_dead_ += pause;
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return;
  }
  auto woken = std::make_shared<posse::Event>();
  const std::uint64_t number = ++sleepers_;
  asleep_.emplace(number, woken);
  const Moment length{(pause.count() * 4'000 + rate_ - 1) / rate_};
  later_(length, [this, number] {
    if (auto sleeper = asleep_.extract(number)) sleeper.mapped()->set();
  });
  co_await woken->wait();
}

void NodeClock::die() {
  dead_ = true;
  for (auto& [number, woken] : std::exchange(asleep_, {})) woken->set();
}

}  // namespace posse::sim
