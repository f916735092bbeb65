/// What the callers' threads and the writer thread share: the requests, and who has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
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

/// What a lane leaves behind when it goes.
struct Abandoned {
  Requests dropped;                   ///< Not taken by the writer, or done: nobody hears of it.
  std::vector<WriteHandler> stalled;  ///< Callers of requests in a transaction: done or not.
  bool was_last = false;              ///< The writer stops.
};

/// The callers of one executor: what they want done comes back to them, not to others. Only its
/// queue looks inside.
class Lane {
  friend class WriteQueue;

  std::function<void()> announce_;
  Requests done_;
};

/// Requests wait, are taken into a transaction together, whichever lane they are of, and come back
/// done. One lock, taken once per round of a callers' thread and a few times per transaction.
class WriteQueue {
 public:
  enum class Work : std::uint8_t {
    write,
    nothing,  ///< The time is over.
    stop,
  };

  // For the callers' threads, each with its own lane.

  /// `announce` is called, under the lock, when there is something to collect. Any thread may join
  /// until the last lane has left.
  Lane& join(std::function<void()> announce);

  /// Puts all of `requests`, of one lane, behind what waits, and wakes the writer if it sleeps.
  void hand_over(Requests& requests);

  /// Takes out what is overdue in `lane` at `now`.
  Overdue take_overdue(const Lane& lane, Instant now);

  /// Appends what is done to `done`; the Error if the store must refuse everything from now on.
  std::optional<Error> collect(Lane& lane, Requests& done);

  /// Ends `lane`, to which nothing more is announced; the last one stops the writer.
  Abandoned leave(Lane& lane);

  // For the writer.

  /// Sleeps until something waits, at most until `end`.
  Work wait(Instant end);

  /// Takes what waits, at most `bytes_max`: a page for each request, and its key and value. Empty
  /// if all was withdrawn or left.
  Requests& take(std::size_t bytes_max);

  /// Gives back what was taken; `broken` if the store must refuse everything from now on.
  void finish(std::optional<Error> broken);

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Lane> lanes_;
  bool is_sleeping_ = false;
  bool is_closed_ = false;  ///< The last lane has left.
  /// In order of arrival, so in order of their deadlines in each lane.
  Requests waiting_;
  /// Spliced under the lock and by the writer alone, which may thus walk it without the lock.
  Requests taken_;
  std::optional<Error> broken_;
};

}  // namespace posse::lmdb
