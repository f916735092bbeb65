/// The calls of one store: collected, sent together, answered by their deadlines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "posse/task.h"
#include "stores/etcd/answers.h"
#include "stores/etcd/etcd_store.h"
#include "stores/etcd/flights.h"
#include "stores/etcd/members.h"
#include "stores/etcd/transactions.h"

namespace posse::etcd {

/// The caller's coroutine, to be resumed with the answer.
using Handler =
    boost::asio::async_result<boost::asio::use_awaitable_t<>, void(Result<Reply>)>::handler_type;

/// An order and who waits for its answer.
struct Request {
  Order order;
  std::optional<Handler> handler;  ///< Empty once answered, early or not.
  std::chrono::steady_clock::time_point send_until;
  std::chrono::steady_clock::time_point deadline;  ///< That, and another one while it is sent.
  bool is_sent = false;
};

/// What waits in one round of the executor travels as one transaction, and while enough of them are
/// under way, what comes waits for the next: the busier, the more of them share one round trip and
/// one entry of etcd's log. Each order has its own answer, and none depends on another.
/// A write is given to a member that is connected, once. If the answer does not come, it is
/// `unknown`. Shared by the store and, weakly, by what it has posted; used from the executor's
/// thread.
class Calls : public std::enable_shared_from_this<Calls> {
 public:
  Calls(boost::asio::any_io_executor executor, std::shared_ptr<Members> members, std::string mark,
        Deadlines deadlines);

  /// Has `order`, whose bounds are kept, carried out.
  Task<Result<Reply>> ask(Order order);

  /// Drops the calls under way. Nothing may be called afterwards.
  void close();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  using Requests = std::deque<std::shared_ptr<Request>>;
  /// Orders of one kind: those that wait, and how many transactions are under way.
  struct Lane {
    std::size_t under_way_max;
    Requests waiting = {};
    std::size_t under_way = 0;
  };
  struct Sent;
  struct Login;

  template <class Landing, class Method>
  void begin_flight(const std::shared_ptr<Landing>& flight, Method method);

  void begin(Handler handler, Order order);
  void flush();
  void flush_once();
  void send(Lane& lane, Member& member);
  static Requests take(Requests& waiting);
  void landed(Sent& sent);
  void settle(Sent& sent);
  bool is_ours(const Sent& sent) const;
  void wait_again(Sent& sent);
  void renew_token();
  void logged_in(Login& login);
  void refuse(Lane& lane, const Error& error);
  bool is_full() const;
  void sweep();
  void give_up(Request& request);
  void cancel(Request& request);
  void disown(Request& request);
  void answer(Request& request, Result<Reply> outcome);
  void arm();

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Members> members_;
  std::string mark_;
  Deadlines deadlines_;
  boost::asio::steady_timer timer_;
  Flights flights_;

  Lane reads_;
  Lane writes_;
  Requests unanswered_;  // answered ones are dropped by the next sweep
  std::size_t unanswered_count_ = 0;
  std::optional<Error> full_;  // until full_until_ no write is sent
  Instant full_until_;
  bool will_flush_ = false;
  bool is_searching_ = false;  // no member is connected
  bool is_logging_in_ = false;
  bool is_armed_ = false;
  bool is_closed_ = false;
};

}  // namespace posse::etcd
