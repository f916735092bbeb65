/// Virtual time for unit tests.
// SPDX-License-Identifier: Apache-2.0
#include "fake_clock.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace posse {
namespace {

constexpr std::chrono::milliseconds start_of_wall_time{1'764'000'000'000};

Task<void> root(Task<void> task) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_await std::move(task);
}

}  // namespace

FakeClock::FakeClock() = default;
FakeClock::~FakeClock() = default;

Time FakeClock::now() {
  return Time{start_of_wall_time + steady_};
}

Steady FakeClock::steady() {
  return steady_;
}

Task<void> FakeClock::sleep(std::chrono::milliseconds pause) {
  auto woken = std::make_shared<Event>();
  parked_.emplace(steady_ + pause, woken);
  co_await woken->wait();
}

bool FakeClock::advance() {
  if (parked_.empty()) return false;
  auto next = parked_.extract(parked_.begin());
  steady_ = std::max(steady_, next.key());
  next.mapped()->set();
  return true;
}

Time SkewedClock::now() {
  return clock_.now() + off_;
}

Steady SkewedClock::steady() {
  return clock_.steady();
}

Task<void> SkewedClock::sleep(std::chrono::milliseconds pause) {
  return clock_.sleep(pause);
}

void VirtualRun::run(Task<void> task) {
  bool ended = false;
  std::exception_ptr thrown;
  auto at_end = [&](std::exception_ptr exception) {
    ended = true;
    thrown = std::move(exception);
  };
  boost::asio::co_spawn(io_, root(std::move(task)), at_end);
  while (!ended) {
    io_.restart();
    if (io_.poll_one() == 0 && !clock_.advance()) throw std::logic_error("all wait for ever");
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace posse
