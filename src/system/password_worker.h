/// Hashing passwords beside the node's thread, so that a flood of logins stops no sale.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "posse/task.h"

namespace posse {

/// One thread, at low priority, and a bounded queue before it: each hash takes some 0.1 s and
/// 64 MiB. Its callers live on one executor, and it outlives their calls.
class PasswordWorker {
 public:
  /// Calls that wait; more are refused.
  static constexpr std::size_t waiting_max = 32;

  explicit PasswordWorker(boost::asio::any_io_executor executor);

  /// The text to store for `password`. Empty if too many wait, or there is no memory.
  Task<std::optional<std::string>> hash(std::string password);

  /// Whether `password` is what `hash` was made of. An empty hash takes as long, and is false.
  /// Empty if too many wait.
  Task<std::optional<bool>> verify(std::string password, std::string hash);

  std::size_t waiting() const { return waiting_; }

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::thread_pool thread_{1};
  std::size_t waiting_ = 0;
};

}  // namespace posse
