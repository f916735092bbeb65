/// Handing requests to and fro.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/write_queue.h"

#include <utility>

namespace posse::lmdb {
namespace {

/// What a request may cost in memory and writing: its bytes, and the page it changes.
std::size_t cost(const Request& request) {
  constexpr std::size_t page_bytes = 4096;
  return page_bytes + request.order.key.text().size() + request.order.value.size();
}

}  // namespace

Lane& WriteQueue::join(std::function<void()> announce) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_.emplace_back();
  lane.announce_ = std::move(announce);
  return lane;
}

void WriteQueue::hand_over(Requests& requests) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.splice(waiting_.end(), requests);
    wake = std::exchange(is_sleeping_, false);
  }
  if (wake) wake_.notify_one();
}

Overdue WriteQueue::take_overdue(const Lane& lane, Instant now) {
  Overdue overdue;
  const std::lock_guard lock(mutex_);
  for (auto request = waiting_.begin(); request != waiting_.end();) {
    const auto at = request++;
    if (at->lane != &lane) continue;
    if (at->deadline > now) {
      overdue.next = at->deadline;
      break;
    }
    overdue.withdrawn.splice(overdue.withdrawn.end(), waiting_, at);
  }
  for (Request& request : taken_) {
    // The lane first: the rest of a request is another thread's.
    if (request.lane != &lane || !request.handler) continue;
    if (request.deadline > now) {
      overdue.next = request.deadline;
      break;
    }
    overdue.stalled.push_back(*std::exchange(request.handler, std::nullopt));
  }
  return overdue;
}

std::optional<Error> WriteQueue::collect(Lane& lane, Requests& done) {
  const std::lock_guard lock(mutex_);
  done.splice(done.end(), lane.done_);
  return broken_;
}

Abandoned WriteQueue::leave(Lane& lane) {
  Abandoned abandoned;
  {
    const std::lock_guard lock(mutex_);
    abandoned.dropped.splice(abandoned.dropped.end(), lane.done_);
    for (auto request = waiting_.begin(); request != waiting_.end();) {
      const auto at = request++;
      if (at->lane == &lane) abandoned.dropped.splice(abandoned.dropped.end(), waiting_, at);
    }
    for (Request& request : taken_) {
      if (request.lane != &lane) continue;
      request.lane = nullptr;
      if (!request.handler) continue;
      abandoned.stalled.push_back(*std::exchange(request.handler, std::nullopt));
    }
    lanes_.remove_if([&lane](const Lane& one) { return &one == &lane; });
    is_closed_ = lanes_.empty();
    abandoned.was_last = is_closed_;
  }
  if (abandoned.was_last) wake_.notify_one();
  return abandoned;
}

WriteQueue::Work WriteQueue::wait(Instant end) {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !is_closed_) {
    is_sleeping_ = true;
    const bool is_over = wake_.wait_until(lock, end) == std::cv_status::timeout;
    is_sleeping_ = false;
    if (is_over && waiting_.empty() && !is_closed_) return Work::nothing;
  }
  return is_closed_ ? Work::stop : Work::write;
}

Requests& WriteQueue::take(std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  auto end = waiting_.begin();
  for (; end != waiting_.end(); ++end) {
    bytes += cost(*end);
    if (bytes > bytes_max) break;
  }
  taken_.splice(taken_.end(), waiting_, waiting_.begin(), end);
  return taken_;
}

void WriteQueue::finish(std::optional<Error> broken) {
  Requests nobodys;
  const std::lock_guard lock(mutex_);
  while (!taken_.empty()) {
    Lane* const lane = taken_.front().lane;
    Requests& home = lane == nullptr ? nobodys : lane->done_;
    // What is done already and not yet collected has been announced.
    const bool is_news = home.empty() && lane != nullptr;
    home.splice(home.end(), taken_, taken_.begin());
    if (is_news) lane->announce_();
  }
  if (!broken || broken_) return;
  broken_ = std::move(broken);
  for (Lane& lane : lanes_) lane.announce_();
}

}  // namespace posse::lmdb
