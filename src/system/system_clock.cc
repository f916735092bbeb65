/// Time from the machine.
// SPDX-License-Identifier: Apache-2.0
#include "system/system_clock.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse {
namespace asio = boost::asio;

Time SystemClock::now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Steady SystemClock::steady() {
  return std::chrono::duration_cast<Steady>(std::chrono::steady_clock::now().time_since_epoch());
}

Task<void> SystemClock::sleep(std::chrono::milliseconds pause) {
  asio::steady_timer timer(executor_, pause);
  const auto ended = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  (void)ended;  // cancelled: early is no error
}

}  // namespace posse
