/// Hashing beside the node's thread.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "system/password_worker.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

struct Asked {
  int done = 0;
  int refused = 0;
};

Task<void> log_in(PasswordWorker* worker, std::string peer, Asked* asked) {
  const auto same = co_await worker->verify(std::move(peer), "not the password", "");
  ++(same ? asked->done : asked->refused);
}

TEST(PasswordWorker, RestsTheLongerTheBusierTheProcessIs) {
  EXPECT_EQ(PasswordWorker::rest_after(100ms, 0), 0ms);
  EXPECT_EQ(PasswordWorker::rest_after(100ms, 0.5), 800ms);
  EXPECT_EQ(PasswordWorker::rest_after(100ms, 1), 1600ms);
  // Clocks that tick apart show more than there is.
  EXPECT_EQ(PasswordWorker::rest_after(100ms, 7), 1600ms);
}

TEST(PasswordWorker, LeavesRoomForOthersWhereOneAddressFloods) {
  boost::asio::io_context io;
  PasswordWorker worker(io.get_executor());
  Asked flood;
  Asked other;
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(io, log_in(&worker, "192.0.2.1", &flood), boost::asio::detached);
  }
  boost::asio::co_spawn(io, log_in(&worker, "192.0.2.2", &other), boost::asio::detached);
  io.run();
  EXPECT_EQ(flood.done, PasswordWorker::waiting_max / PasswordWorker::peers_at_least);
  EXPECT_EQ(flood.refused, 20 - flood.done);
  EXPECT_EQ(other.done, 1);
  EXPECT_EQ(worker.waiting(), 0U);
}

TEST(PasswordWorker, LetsNobodyWaitOnceItIsClosed) {
  boost::asio::io_context io;
  PasswordWorker worker(io.get_executor());
  Asked asked;
  for (int i = 0; i < 12; ++i) {
    const std::string peer = "192.0.2." + std::to_string(i);
    boost::asio::co_spawn(io, log_in(&worker, peer, &asked), boost::asio::detached);
  }
  boost::asio::post(io, [&] {
    EXPECT_GT(worker.waiting(), 1U);
    worker.close();
  });
  io.run();
  EXPECT_LE(asked.done, 1);
  EXPECT_EQ(asked.done + asked.refused, 12);
  EXPECT_EQ(worker.waiting(), 0U);
}

}  // namespace
}  // namespace posse
