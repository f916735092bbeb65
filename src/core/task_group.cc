/// Spawning and joining.
// SPDX-License-Identifier: Apache-2.0
#include "core/task_group.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace posse {
namespace asio = boost::asio;
namespace {

Task<void> root(Task<void> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(task);
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : executor_(std::move(executor)), state_(std::make_shared<State>()) {}

void TaskGroup::spawn(Task<void> task) {
  ++state_->running;
  auto ended = [state = state_](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    if (--state->running == 0 && state->idle) state->idle->set();
  };
  asio::co_spawn(executor_, root(std::move(task)), std::move(ended));
}

Task<void> TaskGroup::join() {
  while (state_->running > 0) {
    state_->idle = std::make_unique<Event>();
    co_await state_->idle->wait();
  }
}

}  // namespace posse
