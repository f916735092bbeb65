/// What lies between a coroutine and the library: batches, deadlines, cancellation, cookies.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "contract/fake_couchbase.h"
#include "posse/testing/store_contract.h"
#include "stores/couchbase/calls.h"
#include "stores/couchbase/codes.h"

namespace posse::couchbase {
namespace {

using namespace std::chrono_literals;
using testing::FakeCouchbase;
using testing::Treatment;
using Answers = std::vector<std::optional<Result<Outcome>>>;

constexpr Deadlines short_deadlines{.connecting = 150ms, .answering = 150ms};

Order add(std::string id) {
  return Order{.call = Call::add, .id = std::move(id), .value = "value"};
}

Order get(std::string id) {
  return Order{.call = Call::get, .id = std::move(id)};
}

Task<void> ask(std::shared_ptr<Calls> calls, Order order,
               std::shared_ptr<std::optional<Result<Outcome>>> answer) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  auto outcome = co_await calls->ask(std::move(order));
  answer->emplace(std::move(outcome));
}

class CouchbaseCalls : public ::testing::Test {
 protected:
  using Kept = std::shared_ptr<std::optional<Result<Outcome>>>;

  ~CouchbaseCalls() override { calls_->close(); }

  /// Begins a call; its answer is kept.
  Kept begin(Order order) {
    auto answer = std::make_shared<std::optional<Result<Outcome>>>();
    boost::asio::co_spawn(io, ask(calls_, std::move(order), answer), boost::asio::detached);
    return answer;
  }

  Kept begin(Order order, boost::asio::cancellation_signal& signal) {
    auto answer = std::make_shared<std::optional<Result<Outcome>>>();
    boost::asio::co_spawn(
        io, ask(calls_, std::move(order), answer),
        boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::detached));
    return answer;
  }

  /// Until nobody waits and the client rests; else the test hangs.
  void run() {
    io.restart();
    io.run();
  }

  /// What can be done at once.
  void poll() {
    io.restart();
    io.poll();
  }

  Answer answer(Order order) {
    const Kept kept = begin(std::move(order));
    run();
    return of(kept);
  }

  static Answer of(const Kept& kept) {
    EXPECT_TRUE(*kept);
    if (!*kept || !**kept) return Answer::unavailable;
    return (**kept)->answer;
  }

  static std::string words_of(const Kept& kept) {
    return *kept && !**kept ? (**kept).error().detail : "";
  }

  void treat(Treatment treatment) {
    cluster.treat = [treatment](const Order&) { return treatment; };
  }

  void expect_all_replied() const { EXPECT_EQ(cluster.asked, cluster.replied); }

  FakeCouchbase cluster;
  boost::asio::io_context io{1};
  std::shared_ptr<Calls> calls_ =
      std::make_shared<Calls>(io.get_executor(), cluster.maker(),
                              CouchbasePlace{.nodes = {"a.example", "b.example"}}, short_deadlines);
};

TEST_F(CouchbaseCalls, WhatOneTurnAsksIsOneBatch) {
  for (int i = 0; i < 10; ++i) begin(add(std::to_string(i)));
  run();
  EXPECT_EQ(cluster.batches, std::vector<std::size_t>{10});
  EXPECT_EQ(cluster.documents.size(), 10U);
  for (int i = 0; i < 5; ++i) begin(get(std::to_string(i)));
  run();
  EXPECT_EQ(cluster.batches, (std::vector<std::size_t>{10, 5}));
  expect_all_replied();
}

TEST_F(CouchbaseCalls, ACancelledWriteIsUnknownAtOnceAndItsReplyComesLater) {
  treat({.is_held = true});
  boost::asio::cancellation_signal signal;
  const Kept cancelled = begin(add("a"), signal);
  poll();
  ASSERT_EQ(cluster.asked, 1U);
  EXPECT_FALSE(*cancelled);
  signal.emit(boost::asio::cancellation_type::all);
  poll();
  EXPECT_EQ(of(cancelled), Answer::unknown);
  EXPECT_EQ(cluster.replied, 0U);
  EXPECT_EQ(cluster.awake, 1U);  // the library goes on

  cluster.release();
  run();
  expect_all_replied();
  EXPECT_EQ(cluster.documents.size(), 1U);
  EXPECT_EQ(cluster.awake, 0U);
}

TEST_F(CouchbaseCalls, AWriteThatIsCancelledBeforeItIsAskedIsNeverAsked) {
  boost::asio::cancellation_signal signal;
  cluster.connects = false;
  const Kept cancelled = begin(add("a"), signal);
  poll();
  signal.emit(boost::asio::cancellation_type::all);
  run();
  EXPECT_EQ(of(cancelled), Answer::unknown);
  EXPECT_EQ(cluster.asked, 0U);
}

TEST_F(CouchbaseCalls, WithoutAReplyAWriteIsUnknownAtTheDeadline) {
  treat({.is_held = true});
  const Kept written = begin(add("a"));
  const Kept read = begin(get("a"));
  io.run_for(400ms);
  EXPECT_EQ(of(written), Answer::unknown);
  EXPECT_EQ(words_of(read), "Couchbase has not answered within 150 ms");
  EXPECT_EQ(cluster.replied, 0U);
  cluster.release();
  run();
  expect_all_replied();
}

TEST_F(CouchbaseCalls, WhoCannotConnectInTimeIsNotAsked) {
  cluster.connects = false;
  const Kept written = begin(add("a"));
  run();
  EXPECT_EQ(words_of(written),
            "not asked: no connection to Couchbase at a.example,b.example within 150 ms; is a name "
            "server slow?");
  EXPECT_EQ(cluster.asked, 0U);
}

TEST_F(CouchbaseCalls, WhatTheLibraryDoesNotAcceptIsUnavailable) {
  treat({.refusal = Said{code::unsupported_operation, 0}});
  const Kept written = begin(add("a"));
  run();
  EXPECT_EQ(of(written), Answer::unavailable);
  EXPECT_NE(words_of(written).find("no durable writes"), std::string::npos);
  EXPECT_EQ(cluster.replied, 0U);
  EXPECT_EQ(cluster.awake, 0U);
}

TEST_F(CouchbaseCalls, AReplyWithinTheCallIsAReply) {
  treat({.is_within = true});
  EXPECT_EQ(answer(add("a")), Answer::done);
  EXPECT_EQ(answer(add("a")), Answer::refused);
  expect_all_replied();
}

// S14. Rule 2: the library has sent the second copy, which met the first one's result.
TEST_F(CouchbaseCalls, ARefusalAfterTheMapHasChangedIsUnknown) {
  EXPECT_EQ(answer(add("a")), Answer::done);
  EXPECT_EQ(answer(add("a")), Answer::refused);
  treat({.changes_map = true});
  EXPECT_EQ(answer(add("a")), Answer::unknown);
  treat({});
  EXPECT_EQ(answer(add("a")), Answer::refused);
}

// A new epoch counts its maps anew, and may come to the same number.
TEST_F(CouchbaseCalls, ARefusalAfterTheEpochOfTheMapHasChangedIsUnknown) {
  EXPECT_EQ(answer(add("a")), Answer::done);
  treat({.changes_epoch = true});
  EXPECT_EQ(answer(add("a")), Answer::unknown);
}

TEST_F(CouchbaseCalls, WhatTheLibraryHasMadeUpIsUnknown) {
  treat({.said = Said{code::temporary_failure, 0xff}});
  EXPECT_EQ(answer(add("a")), Answer::unknown);
  treat({.is_applied = false, .said = Said{code::temporary_failure, status::busy}});
  EXPECT_EQ(answer(add("b")), Answer::unavailable);
}

TEST_F(CouchbaseCalls, WhoCannotConnectIsToldWhyAndItIsTriedAgain) {
  cluster.connecting = {code::authentication_failure, 0};
  const Kept first = begin(add("a"));
  run();
  EXPECT_NE(words_of(first).find("the user or the password is wrong"), std::string::npos);
  const Kept second = begin(add("a"));
  run();
  EXPECT_EQ(words_of(second), words_of(first));
  EXPECT_EQ(cluster.clients, 1U);  // not at once

  cluster.connecting = {};
  io.restart();
  boost::asio::steady_timer pause(io, 600ms);
  pause.async_wait([](boost::system::error_code) {});
  io.run();
  EXPECT_EQ(answer(add("a")), Answer::done);
  EXPECT_EQ(cluster.clients, 2U);
}

TEST_F(CouchbaseCalls, WhoeverAsksAfterARestWakesTheClient) {
  EXPECT_EQ(answer(add("a")), Answer::done);
  EXPECT_EQ(cluster.awake, 0U);
  EXPECT_EQ(answer(get("a")), Answer::done);
  EXPECT_EQ(cluster.clients, 1U);
}

TEST_F(CouchbaseCalls, ClosingUnwindsWhoWaitsAndEveryCookieHasItsReply) {
  treat({.is_held = true});
  const Kept asked = begin(add("a"));
  poll();
  ASSERT_EQ(cluster.asked, 1U);
  calls_->close();
  expect_all_replied();
  poll();
  EXPECT_FALSE(*asked);
  EXPECT_EQ(asked.use_count(), 1);  // the coroutine's own is gone
}

// The gets of a list that had not begun yet waited for ever, and the calls with them.
TEST_F(CouchbaseCalls, WhoBeginsAfterClosingUnwindsToo) {
  const Kept late = begin(get("a"));
  calls_->close();
  poll();
  EXPECT_FALSE(*late);
  EXPECT_EQ(late.use_count(), 1);
  EXPECT_EQ(cluster.clients, 0U);
}

TEST_F(CouchbaseCalls, AnAnswerUnderWayOutlivesTheCalls) {
  treat({.is_within = true});
  const Kept asked = begin(add("a"));
  poll();
  calls_->close();
  run();
  EXPECT_EQ(of(asked), Answer::done);
}

}  // namespace
}  // namespace posse::couchbase
