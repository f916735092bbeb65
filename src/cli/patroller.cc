/// Wiring a patrol to a host.
// SPDX-License-Identifier: Apache-2.0
#include "cli/patroller.h"

#include <array>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/digest.h"

namespace posse {
namespace asio = boost::asio;

std::string process_name(Random& random) {
  std::array<char, 32> host{};
  (void)gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + "-" + std::to_string(getpid()) + "-" +
         std::to_string(random.bits() % 1'000'000);
}

Patroller::Patroller(Host& host, std::string name, std::unique_ptr<Schedule> schedule)
    : schedule_(std::move(schedule)),
      membership_({host.store(), host.clock(), host.random()}, std::move(name)),
      patrol_({.sequences = host.shop().journal().sequences(),
               .finisher = host.shop().journal().finisher(),
               .watch_list = host.watch_list(),
               .membership = membership_,
               .schedule = *schedule_,
               .clock = host.clock(),
               .executor = host.io().get_executor()}) {}

Task<void> EndRequest::heard() {
  const auto caught = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
  (void)caught;
}

}  // namespace posse
