/// Virtual time for unit tests: sleepers park, and time jumps to the next one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/event.h"
#include "posse/clock.h"
#include "posse/task.h"
#include "posse/types.h"
#include "sim/random.h"

namespace posse {

/// Time that stands still while anybody has something to do. Several may share the steady time of
/// one and have wall clocks of their own: see SkewedClock.
class FakeClock final : public Clock {
 public:
  Time now() override { return Time{start_of_wall_time + steady_}; }
  Steady steady() override { return steady_; }

  Task<void> sleep(std::chrono::milliseconds pause) override {
    auto woken = std::make_shared<Event>();
    parked_.emplace(steady_ + pause, woken);
    co_await woken->wait();
  }

  /// Jumps to the next sleeper and wakes it; false if nobody sleeps.
  bool advance() {
    if (parked_.empty()) return false;
    auto next = parked_.extract(parked_.begin());
    steady_ = std::max(steady_, next.key());
    next.mapped()->set();
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds start_of_wall_time{1'764'000'000'000};

  Steady steady_{1'000'000};
  std::multimap<Steady, std::shared_ptr<Event>> parked_;
};

/// The clock of another machine: the same steady time, a wall clock that is off.
class SkewedClock final : public Clock {
 public:
  SkewedClock(Clock& clock, std::chrono::milliseconds off) : clock_(clock), off_(off) {}

  Time now() override { return clock_.now() + off_; }
  Steady steady() override { return clock_.steady(); }
  Task<void> sleep(std::chrono::milliseconds pause) override { return clock_.sleep(pause); }

  void jump(std::chrono::milliseconds by) { off_ += by; }

 private:
  Clock& clock_;
  std::chrono::milliseconds off_;
};

/// Runs a coroutine to its end in virtual time, with everything that runs beside it.
class VirtualRun {
 public:
  VirtualRun(boost::asio::io_context& io, FakeClock& clock) : io_(io), clock_(clock) {}

  template <class T>
  T operator()(Task<T> task) {
    std::optional<T> result;
    run(keep(std::move(task), &result));
    return *std::move(result);
  }
  void operator()(Task<void> task) { run(std::move(task)); }

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>* result) {
    result->emplace(co_await std::move(task));
  }

  static Task<void> root(Task<void> task) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await std::move(task);
  }

  void run(Task<void> task) {
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

  boost::asio::io_context& io_;
  FakeClock& clock_;
};

}  // namespace posse
