/// Owns background work: whatever is spawned belongs to a group that awaits it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "core/event.h"
#include "posse/task.h"

namespace posse {

/// Runs tasks beside their spawner on one executor. Destroying a group abandons nothing: the
/// tasks go on until they end or their executor is destroyed.
class TaskGroup {
 public:
  explicit TaskGroup(boost::asio::any_io_executor executor);

  /// Starts `task`. A cancellation reaches it as an answer of the call it is waiting for, never
  /// as an exception between two steps.
  void spawn(Task<void> task);

  /// Returns once every task has ended, those too that are spawned meanwhile. At most one joins.
  Task<void> join();

  std::size_t running() const { return state_->running; }

 private:
  struct State {
    std::size_t running = 0;
    std::unique_ptr<Event> idle;
  };

  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

}  // namespace posse
