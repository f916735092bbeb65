/// Hashing passwords beside the node's thread, so that a flood of logins stops no sale.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
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
///
/// Between two hashes the thread rests for as long as the process is busy with other things: where
/// its sales take half of two cores, a flood of logins gets a tenth of a core; where it has nothing
/// else to do, one hash follows the other.
class PasswordWorker {
 public:
  /// Calls that wait; more are refused. Where hashes are slow, fewer: those that are done within
  /// `wait_max`, after which a client gives up and asks again.
  static constexpr std::size_t waiting_max = 12;
  static constexpr std::chrono::seconds wait_max{5};

  /// Of the calls that may wait, one address may have one in so many, and at least one: a flood
  /// from it leaves room for others.
  static constexpr std::size_t peers_at_least = 4;

  /// How long the thread rests after a hash that took `worked`, while the process works at `share`
  /// of what all cores can: at 1, a hash is one part in seventeen of the thread's time.
  static constexpr std::chrono::nanoseconds rest_after(std::chrono::nanoseconds worked,
                                                       double share) {
    constexpr double rest_most = 16;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(worked * rest_most *
                                                                std::min(share, 1.0));
  }

  explicit PasswordWorker(boost::asio::any_io_executor executor);

  /// The text to store for `password`. Empty if too many wait, or there is no memory.
  Task<std::optional<std::string>> hash(std::string peer, std::string password);

  /// Whether `password` is what `hash` was made of. An empty hash takes as long, and is false.
  /// Empty if too many wait.
  Task<std::optional<bool>> verify(std::string peer, std::string password, std::string hash);

  /// Whether a call of `peer` would be let in now. To be asked before anything costly is done.
  bool has_room(const std::string& peer) const;

  std::size_t waiting() const { return waiting_; }

  /// From now on, whoever waits is refused as if too many did; a hash that has begun is finished.
  void close() { closed_ = true; }

 private:
  /// Runs `work` on the thread; nothing if too many wait, or it was closed before its turn.
  template <class Work>
  Task<std::optional<std::invoke_result_t<Work>>> run(std::string peer, Work work);

  /// On the thread, before a hash; until it is closed. Returns the share of all cores that the
  /// process has worked at since the hash before.
  double rest() const;

  boost::asio::any_io_executor executor_;
  std::map<std::string, std::size_t> peers_;  // calls that wait, of each address
  boost::asio::thread_pool thread_{1};
  std::size_t waiting_ = 0;
  std::atomic<std::chrono::nanoseconds> spacing_{};  // of the hashes of a flood now
  std::atomic<bool> closed_ = false;

  // The thread's own, of the last hash.
  std::chrono::nanoseconds worked_{};
  std::chrono::steady_clock::time_point ended_{};
  std::chrono::nanoseconds process_worked_{};  // when it ended
};

}  // namespace posse
