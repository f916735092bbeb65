/// A one-time signal between two coroutines of one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include "posse/task.h"

namespace posse {

/// Lets one coroutine wait for another. At most one waits; set() may come before wait(). Must
/// outlive neither: a waiter whose event goes away is never resumed.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() = default;

  /// Returns once set() was called.
  Task<void> wait();

  /// Lets the waiter go on, after the caller's own step. Again: nothing.
  void set();

  bool is_set() const { return set_; }

 private:
  void wake();

  // Optional, and never assigned to: assigning these handlers recurses for ever in Boost 1.81.
  std::optional<boost::asio::any_completion_handler<void()>> waiter_;
  boost::asio::any_io_executor executor_;
  bool set_ = false;
};

}  // namespace posse
