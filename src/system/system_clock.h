/// The real clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "posse/clock.h"

namespace posse {

/// The machine's clocks, and timers on one executor.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Time now() override;
  Steady steady() override;
  Task<void> sleep(std::chrono::milliseconds pause) override;

 private:
  boost::asio::any_io_executor executor_;
};

}  // namespace posse
