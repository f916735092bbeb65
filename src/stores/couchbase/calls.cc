/// From a coroutine to the library and back.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/calls.h"

#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

namespace posse::couchbase {
namespace {

using namespace std::chrono_literals;

/// How often deadlines are looked at.
constexpr auto sweep_every = 100ms;

/// How long everybody is refused once it was impossible to connect, before that is tried again.
constexpr auto reconnect_pause = 500ms;

}  // namespace

/// An order and who waits for its answer: what the library knows it by.
class Calls::Asked final : public Asker {
 public:
  Asked(Calls& calls, Handler waiting, Order wanted)
      : order(std::move(wanted)), handler(std::move(waiting)), calls_(calls) {}

  void reply(Reply reply) override { calls_.replied(*this, std::move(reply)); }

  Order order;
  std::optional<Handler> handler;  ///< Empty once answered, early or not.
  Instant deadline = {};           ///< A new one once it is asked.
  MapRevision map_revision = {};   ///< When it was asked.
  std::list<std::shared_ptr<Asked>>::iterator place = {};
  bool is_asked = false;

 private:
  Calls& calls_;
};

/// Has `method` run by the executor, on these calls if they are still there.
template <class Method>
void Calls::post(Method method) {
  boost::asio::post(executor_, [calls = weak_from_this(), method = std::move(method)] {
    const auto alive = calls.lock();
    if (alive && !alive->is_closed_) method(*alive);
  });
}

Calls::Calls(boost::asio::any_io_executor executor, MakeClient make, CouchbasePlace place,
             Deadlines deadlines)
    : executor_(std::move(executor)),
      make_(std::move(make)),
      place_(std::move(place)),
      deadlines_(deadlines),
      timer_(executor_) {}

Calls::~Calls() = default;

Task<Result<Outcome>> Calls::ask(Order order) {
  const auto start = [this](Handler handler, Order wanted) {
    begin(std::move(handler), std::move(wanted));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<Outcome>)>(
      start, boost::asio::use_awaitable, std::move(order));
}

void Calls::begin(Handler handler, Order order) {
  if (is_closed_) {
    // Dropped, but not from below its own coroutine.
    boost::asio::post(executor_, [dropped = std::make_shared<Handler>(std::move(handler))] {});
    return;
  }
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  auto asked = std::make_shared<Asked>(*this, std::move(handler), std::move(order));
  asked->deadline = std::chrono::steady_clock::now() + deadlines_.connecting;
  if (slot.is_connected()) {
    slot.assign(
        [calls = weak_from_this(), who = std::weak_ptr(asked)](boost::asio::cancellation_type) {
          const auto alive = calls.lock();
          if (!alive) return;
          alive->post([who](Calls& posted) {
            if (const auto cancelled = who.lock()) posted.cancel(*cancelled);
          });
        });
  }
  ++unanswered_;
  waiting_.push_back(std::move(asked));
  if (is_resting_ && client_ != nullptr) client_->wake();
  is_resting_ = false;
  arm();
  flush();
}

/// Behind everything that is ready now, and so it finds what all of it wants.
void Calls::flush() {
  if (std::exchange(will_flush_, true)) return;
  post([](Calls& alive) { alive.flush_once(); });
}

void Calls::flush_once() {
  will_flush_ = false;
  if (is_connected_) return ask_all();
  if (client_ != nullptr) return;  // connected() will flush
  if (failure_ && std::chrono::steady_clock::now() < retry_at_) return refuse_waiting(*failure_);
  if (!waiting_.empty()) connect();
}

void Calls::connect() {
  client_ = make_(executor_);
  client_->connect([calls = weak_from_this()](Said said) {
    const auto alive = calls.lock();
    if (alive) alive->post([said](Calls& posted) { posted.connected(said); });
  });
}

void Calls::connected(Said said) {
  const bool is_fine = said == Said{};
  if (!is_fine) {
    client_.reset();
    last_failure_ = said;
    failure_ = cannot_connect(said, place_);
    retry_at_ = std::chrono::steady_clock::now() + reconnect_pause;
    refuse_waiting(*failure_);
    return;
  }
  failure_.reset();
  is_connected_ = true;
  flush();
}

void Calls::ask_all() {
  Line now = std::exchange(waiting_, {});
  if (now.empty()) return;
  const auto until = std::chrono::steady_clock::now() + deadlines_.answering;
  const MapRevision revision = client_->map_revision();
  client_->open_batch();
  for (const auto& asked : now) {
    if (!asked->handler) continue;  // given up meanwhile
    asked->is_asked = true;
    asked->deadline = until;
    asked->map_revision = revision;
    asked->place = asked_.insert(asked_.end(), asked);
    const Said said = client_->ask(asked->order, *asked);
    if (said == Said{}) continue;
    asked_.erase(asked->place);
    last_failure_ = said;
    answer(*asked, error_of(said, "Couchbase was not asked", place_));
  }
  client_->close_batch();
}

void Calls::replied(Asked& asked, Reply reply) {
  const std::shared_ptr<Asked> kept = *asked.place;
  asked_.erase(asked.place);
  if (is_closed_) return;
  const Map map = client_->map_revision() == asked.map_revision ? Map::same : Map::changed;
  const Answer meaning = answer_of(asked.order.call, reply.said, map);
  if (meaning == Answer::unavailable || meaning == Answer::too_large) {
    last_failure_ = reply.said;
    Error error = error_of(reply.said, "Couchbase", place_);
    if (!reply.words.empty()) error.detail += ": " + reply.words;
    answer(asked, std::move(error));
  } else {
    answer(asked, Outcome{.answer = meaning,
                          .version = reply.version,
                          .value = std::move(reply.value),
                          .rows = std::move(reply.rows)});
  }
  rest_if_idle();
}

void Calls::refuse_waiting(const Error& error) {
  const Line refused = std::exchange(waiting_, {});
  for (const auto& asked : refused) answer(*asked, error);
}

void Calls::sweep() {
  is_armed_ = false;
  const auto now = std::chrono::steady_clock::now();
  const Line waiting = waiting_;
  for (const auto& asked : waiting) {
    if (asked->deadline <= now) give_up(*asked);
  }
  const std::list<std::shared_ptr<Asked>> under_way = asked_;
  for (const auto& asked : under_way) {
    if (asked->deadline <= now) give_up(*asked);
  }
  arm();
}

void Calls::cancel(Asked& asked) {
  if (asked.order.is_write())
    answer(asked, Outcome{.answer = Answer::unknown});
  else
    answer(asked, Error{Errc::unavailable, "cancelled"});
}

/// At its deadline.
void Calls::give_up(Asked& asked) {
  last_failure_ = {};
  if (!asked.is_asked) {
    answer(asked, not_connected(deadlines_.connecting, place_));
  } else if (asked.order.is_write()) {
    answer(asked, Outcome{.answer = Answer::unknown});
  } else {
    answer(asked,
           Error{Errc::unavailable, "Couchbase has not answered within " +
                                        std::to_string(deadlines_.answering.count()) + " ms"});
  }
}

void Calls::answer(Asked& asked, Result<Outcome> outcome) {
  if (is_closed_ || !asked.handler) return;
  auto handler = std::make_shared<Handler>(*std::exchange(asked.handler, std::nullopt));
  // Never from here: the library may stand below on the stack, and the coroutine may end the store.
  boost::asio::post(executor_, [handler, outcome = std::move(outcome)]() mutable {
    std::move (*handler)(std::move(outcome));
  });
  --unanswered_;
  rest_if_idle();
}

void Calls::arm() {
  if (is_armed_ || is_closed_ || unanswered_ == 0) return;
  is_armed_ = true;
  timer_.expires_after(sweep_every);
  timer_.async_wait([calls = weak_from_this()](boost::system::error_code cancelled) {
    if (cancelled) return;
    const auto alive = calls.lock();
    if (alive && !alive->is_closed_) alive->sweep();
  });
}

/// Behind the answers that are posted, as whoever gets them may ask again at once.
void Calls::rest_if_idle() {
  if (unanswered_ > 0 || std::exchange(will_rest_, true)) return;
  post([](Calls& alive) {
    alive.will_rest_ = false;
    if (alive.unanswered_ > 0) return;
    alive.is_armed_ = false;
    alive.timer_.cancel();
    if (!alive.asked_.empty() || alive.is_resting_) return;
    alive.is_resting_ = true;
    if (alive.client_ != nullptr) alive.client_->rest();
  });
}

void Calls::close() {
  is_closed_ = true;
  timer_.cancel();
  const Line waiting = std::exchange(waiting_, {});
  for (const auto& asked : waiting) asked->handler.reset();
  const std::list<std::shared_ptr<Asked>> under_way = asked_;
  for (const auto& asked : under_way) asked->handler.reset();
  // Whoever is in the library's hands has his reply within this.
  client_.reset();
  asked_.clear();
}

}  // namespace posse::couchbase
