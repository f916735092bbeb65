/// From a coroutine to the writer and back.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/calls.h"

#include <string>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

namespace posse::lmdb {
namespace {

/// So many requests do not wait for the rest of their round: the writer commits them while this
/// thread makes the others, instead of each waiting for the other's whole work.
constexpr std::size_t eager_requests = 32;

/// Runs `method` on the calls if they are still there.
template <class Method>
auto if_alive(std::weak_ptr<Calls> calls, Method method) {
  return [calls = std::move(calls), method] {
    if (const auto alive = calls.lock()) method(*alive);
  };
}

}  // namespace

void Calls::attach(std::shared_ptr<Writer> writer) {
  writer_ = std::move(writer);
  lane_ = &writer_->queue().join([executor = executor_, calls = weak_from_this()] {
    boost::asio::post(executor, if_alive(calls, [](Calls& alive) { alive.collect(); }));
  });
}

Task<Result<Written>> Calls::write(Order order) {
  const auto start = [this](WriteHandler handler, Order wanted) {
    begin(std::move(handler), std::move(wanted));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<Written>)>(
      start, boost::asio::use_awaitable, std::move(order));
}

void Calls::begin(WriteHandler handler, Order order) {
  if (collected_.empty()) {
    // Runs behind everything that is ready now, and so finds what all of it wants written.
    boost::asio::post(executor_, if_alive(weak_from_this(), [](Calls& alive) { alive.flush(); }));
  }
  if (unused_.empty()) unused_.emplace_back();
  collected_.splice(collected_.end(), unused_, unused_.begin());
  Request& request = collected_.back();
  request.deadline = std::chrono::steady_clock::now() + deadline_;
  request.ticket = ++tickets_;
  request.lane = lane_;
  request.order = std::move(order);
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected()) {
    // The slot may outlive the request, and the store; the ticket and the weak pointer tell.
    slot.assign([calls = weak_from_this(), &request,
                 ticket = request.ticket](boost::asio::cancellation_type) {
      if (const auto alive = calls.lock()) alive->cancel(request, ticket);
    });
  }
  request.handler.emplace(std::move(handler));
  ++unanswered_;
  if (collected_.size() == eager_requests) flush();
}

void Calls::flush() {
  if (is_closed_ || collected_.empty()) return;
  if (!is_armed_) arm(collected_.front().deadline);
  writer_->queue().hand_over(collected_);
}

void Calls::collect() {
  if (is_closed_) return;
  Requests done;
  if (auto broken = writer_->queue().collect(*lane_, done)) broken_ = std::move(broken);
  // A caller that goes on may write again at once, or destroy the store.
  while (!done.empty() && !is_closed_) {
    auto handler = std::exchange(done.front().handler, std::nullopt);
    auto outcome = std::move(done.front().outcome);
    recycle(done);
    if (handler) answer(*std::move(handler), std::move(outcome));
  }
  rest_if_idle();
}

void Calls::sweep() {
  is_armed_ = false;
  if (is_closed_) return;
  const Instant now = std::chrono::steady_clock::now();
  Overdue overdue = writer_->queue().take_overdue(*lane_, now);
  for (WriteHandler& handler : overdue.stalled) {
    if (is_closed_) return;
    answer(std::move(handler), Written{Write::unknown, {}});
  }
  while (!overdue.withdrawn.empty() && !is_closed_) {
    auto handler = std::exchange(overdue.withdrawn.front().handler, std::nullopt);
    recycle(overdue.withdrawn);
    if (!handler) continue;
    answer(*std::move(handler),
           Error{Errc::unavailable, "not written within " + std::to_string(deadline_.count()) +
                                        " ms: the disk is slow, or another process holds the "
                                        "store's lock and does not go on"});
  }
  if (unanswered_ > 0 && !is_armed_ && !is_closed_) arm(overdue.next.value_or(now + deadline_));
}

void Calls::cancel(Request& request, std::uint64_t ticket) {
  if (is_closed_ || request.ticket != ticket || !request.handler) return;
  auto resume = [calls = weak_from_this(),
                 handler = *std::exchange(request.handler, std::nullopt)]() mutable {
    if (const auto alive = calls.lock())
      alive->answer(std::move(handler), Written{Write::unknown, {}});
  };
  boost::asio::post(executor_, std::move(resume));
}

void Calls::answer(WriteHandler handler, Result<Written> outcome) {
  --unanswered_;
  std::move(handler)(std::move(outcome));
}

void Calls::arm(Instant end) {
  is_armed_ = true;
  timer_.expires_at(end);
  timer_.async_wait([calls = weak_from_this()](boost::system::error_code cancelled) {
    if (cancelled) return;
    if (const auto alive = calls.lock()) alive->sweep();
  });
}

/// A timer under way would keep the executor's context running although nobody waits.
void Calls::rest_if_idle() {
  if (unanswered_ > 0 || !is_armed_ || is_closed_) return;
  is_armed_ = false;
  timer_.cancel();
}

/// Keeps the place of the first of `requests`, not its memory.
void Calls::recycle(Requests& requests) {
  requests.front().order = Order();
  unused_.splice(unused_.begin(), requests, requests.begin());
}

void Calls::close() {
  is_closed_ = true;
  timer_.cancel();
  if (writer_) {
    const Abandoned abandoned = writer_->queue().leave(*lane_);
    if (abandoned.was_last) writer_->stop(deadline_);
  }
  const Requests dropped = std::move(collected_);
}

}  // namespace posse::lmdb
