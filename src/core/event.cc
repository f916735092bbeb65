/// Parking and waking one coroutine.
// SPDX-License-Identifier: Apache-2.0
#include "core/event.h"

#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/assert.h"

namespace posse {
namespace asio = boost::asio;

Task<void> Event::wait() {
  auto park = [this](auto handler) {
    POSSE_ASSERT(!waiter_);
    executor_ = asio::get_associated_executor(handler);
    waiter_.emplace(std::move(handler));
    if (set_) wake();
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(park, asio::use_awaitable);
}

void Event::set() {
  if (set_) return;
  set_ = true;
  if (waiter_) wake();
}

void Event::wake() {
  auto resume = [waiter = *std::move(waiter_)]() mutable { std::move(waiter)(); };
  waiter_.reset();
  asio::post(executor_, std::move(resume));
}

}  // namespace posse
