/// Virtual time for unit tests: sleepers park, and time jumps to the next one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

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
  FakeClock();
  FakeClock(const FakeClock&) = delete;
  FakeClock& operator=(const FakeClock&) = delete;
  ~FakeClock() override;

  Time now() override;
  Steady steady() override;
  Task<void> sleep(std::chrono::milliseconds pause) override;

  /// Jumps to the next sleeper and wakes it; false if nobody sleeps.
  bool advance();

 private:
  Steady steady_{1'000'000};
  std::multimap<Steady, std::shared_ptr<Event>> parked_;
};

/// The clock of another machine: the same steady time, a wall clock that is off.
class SkewedClock final : public Clock {
 public:
  SkewedClock(Clock& clock, std::chrono::milliseconds off) : clock_(clock), off_(off) {}

  Time now() override;
  Steady steady() override;
  Task<void> sleep(std::chrono::milliseconds pause) override;

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

  void run(Task<void> task);

  boost::asio::io_context& io_;
  FakeClock& clock_;
};

}  // namespace posse
