/// One round through the executor's queue.
// SPDX-License-Identifier: Apache-2.0
#include "core/turn.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse {

namespace asio = boost::asio;

Task<void> give_way() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace posse
