/// Servers on several executors.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "node/server.h"

namespace posse {
namespace {

namespace asio = boost::asio;

Task<Response> answer(Request /*request*/) {
  co_return Response{};
}

TEST(Server, HoldsNothingOfTheOthersOnceItIsStopped) {
  asio::io_context first;
  auto other = std::make_unique<asio::io_context>();
  auto servers = Server::listen({first.get_executor(), other->get_executor()}, "127.0.0.1:0", {},
                                TrustedProxies());
  ASSERT_TRUE(servers);
  const auto held = std::make_shared<int>();
  for (const auto& server : {servers->back().get(), servers->front().get()}) {
    server->start([held](Request request) { return answer(std::move(request)); });
  }
  other->poll();
  first.poll();
  asio::co_spawn(*other, servers->back()->stop(), asio::detached);
  asio::co_spawn(first, servers->front()->stop(), asio::detached);
  other->run();
  first.run();
  servers->pop_back();
  EXPECT_EQ(held.use_count(), 2);  // the first one's, and ours
}

}  // namespace
}  // namespace posse
