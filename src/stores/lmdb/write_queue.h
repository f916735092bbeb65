/// What the callers' thread and the writer thread share: the requests, and who has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "posse/result.h"
#include "stores/lmdb/request.h"

namespace posse::lmdb {

using Instant = std::chrono::steady_clock::time_point;

/// What is overdue.
struct Overdue {
  Requests withdrawn;                 ///< Never taken by the writer: not done, and never will be.
  std::vector<WriteHandler> stalled;  ///< Callers of requests in a transaction: done or not.
  std::optional<Instant> next;        ///< When something will be overdue next.
};

/// Requests wait, are taken into a transaction together, and come back done. One lock, taken once
/// per round of the callers' thread and a few times per transaction.
class WriteQueue {
 public:
  enum class Work : std::uint8_t {
    write,
    nothing,  ///< The time is over.
    stop,
  };

  /// `announce` is called, under the lock, when there is something to collect.
  explicit WriteQueue(std::function<void()> announce) : announce_(std::move(announce)) {}

  // For the callers' thread.

  /// Puts all of `requests` behind what waits, and wakes the writer if it sleeps.
  void hand_over(Requests& requests);

  /// Takes out what is overdue at `now`.
  Overdue take_overdue(Instant now);

  /// Appends what is done to `done`; the Error if the store must refuse everything from now on.
  std::optional<Error> collect(Requests& done);

  /// Announces nothing more, stops the writer, and gives out the callers that still wait.
  std::vector<WriteHandler> close();

  // For the writer.

  /// Sleeps until something waits, at most until `end`.
  Work wait(Instant end);

  /// Takes what waits, up to about `bytes_max`. Empty if all was withdrawn, or after close.
  Requests& take(std::size_t bytes_max);

  /// Gives back what was taken; `broken` if the store must refuse everything from now on.
  void finish(std::optional<Error> broken);

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::function<void()> announce_;
  bool is_sleeping_ = false;
  bool is_closed_ = false;
  /// In order of arrival, so in order of their deadlines.
  Requests waiting_;
  /// Spliced under the lock and by the writer alone, which may thus walk it without the lock.
  Requests taken_;
  Requests done_;
  std::optional<Error> broken_;
};

}  // namespace posse::lmdb
