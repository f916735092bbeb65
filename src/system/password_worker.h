/// Hashing passwords beside the node's thread, so that a flood of logins stops no sale.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "posse/task.h"

namespace posse {

/// One thread, at low priority, and a bounded queue before it: each hash takes some 0.1 s and
/// 64 MiB. Its callers live on one executor, and it outlives their calls.
class PasswordWorker {
 public:
  /// Calls that wait; more are refused.
  static constexpr std::size_t waiting_max = 12;

  /// While more than this wait, the thread rests before each hash three times as long as the last
  /// one took: a flood gets a quarter of a core, however idle it is. Even then the last in the
  /// queue waits some 5 s.
  static constexpr std::size_t crowd = 2;

  /// Calls of one address that wait: a flood from three leaves room for others.
  static constexpr std::size_t waiting_of_a_peer_max = 3;

  explicit PasswordWorker(boost::asio::any_io_executor executor);

  /// The text to store for `password`. Empty if too many wait, or there is no memory.
  Task<std::optional<std::string>> hash(std::string peer, std::string password);

  /// Whether `password` is what `hash` was made of. An empty hash takes as long, and is false.
  /// Empty if too many wait.
  Task<std::optional<bool>> verify(std::string peer, std::string password, std::string hash);

  std::size_t waiting() const { return waiting_; }

 private:
  /// Runs `work` on the thread; nothing if too many wait.
  template <class Work>
  Task<std::optional<std::invoke_result_t<Work>>> run(std::string peer, Work work);

  void rest() const;

  boost::asio::any_io_executor executor_;
  std::map<std::string, std::size_t> peers_;  // calls that wait, of each address
  boost::asio::thread_pool thread_{1};
  std::atomic<std::size_t> waiting_ = 0;          // written by the executor
  std::chrono::steady_clock::duration worked_{};  // the thread's: the last hash
};

}  // namespace posse
