/// The calls of one store: collected, asked together, answered by their deadlines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "posse/result.h"
#include "posse/task.h"
#include "stores/couchbase/answers.h"
#include "stores/couchbase/client.h"

namespace posse::couchbase {

/// How long an order may wait for a connection, and how long anybody waits for the library once it
/// has it. The library itself gives up after 2.57 s and says so; the second is for one that does
/// not.
struct Deadlines {
  std::chrono::milliseconds connecting{2500};
  std::chrono::milliseconds answering{4000};
};

/// What a call came to, if it did not fail.
struct Outcome {
  Answer answer{};
  Version version = {};
  Bytes value = {};
  std::vector<std::string> rows = {};
};

/// Between coroutines and a client, which is made when it is first needed. What is asked in one
/// turn of the executor goes to the client as one batch. Each order is asked once; who gives up
/// waiting, because he is cancelled or his deadline has come, has `unknown` for a write, and what
/// the library holds of it lives on until its reply. While nobody waits and nothing is on its way,
/// the client rests. Shared by the store and, weakly, by what it has posted; used from the
/// executor's thread.
class Calls : public std::enable_shared_from_this<Calls> {
 public:
  /// `place` is where the clients connect to, for messages.
  Calls(boost::asio::any_io_executor executor, MakeClient make, CouchbasePlace place,
        Deadlines deadlines);
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls();

  /// Has `order`, whose bounds are kept, carried out.
  Task<Result<Outcome>> ask(Order order);

  /// Drops the calls under way, and those that are begun afterwards: their coroutines unwind.
  void close();

  /// What the library said of the last call or connection that failed; nothing if it said nothing.
  Said last_failure() const { return last_failure_; }

  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>,
                                            void(Result<Outcome>)>::handler_type;
  class Asked;
  using Line = std::deque<std::shared_ptr<Asked>>;

  void begin(Handler handler, Order order);
  void flush();
  void flush_once();
  void connect();
  void connected(Said said);
  void ask_all();
  void replied(Asked& asked, Reply reply);
  void refuse_waiting(const Error& error);
  void sweep();
  void cancel(Asked& asked);
  void give_up(Asked& asked);
  void answer(Asked& asked, Result<Outcome> outcome);
  void arm();
  void rest_if_idle();

  template <class Method>
  void post(Method method);

  boost::asio::any_io_executor executor_;
  MakeClient make_;
  CouchbasePlace place_;
  Deadlines deadlines_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<Client> client_;  // null until needed, and after it could not connect

  Line waiting_;
  std::list<std::shared_ptr<Asked>> asked_;  // in the library's hands
  std::size_t unanswered_ = 0;               // those for whom somebody waits
  std::optional<Error> failure_;             // until retry_at_ nobody connects
  Instant retry_at_;
  Said last_failure_;
  bool is_connected_ = false;
  bool is_resting_ = false;
  bool will_flush_ = false;
  bool will_rest_ = false;
  bool is_armed_ = false;
  bool is_closed_ = false;
};

}  // namespace posse::couchbase
