/// Handing requests to and fro.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/write_queue.h"

#include <algorithm>
#include <utility>

namespace posse::lmdb {
namespace {

/// What a request may cost in memory and writing: its bytes, and the page it changes.
std::size_t cost(const Request& request) {
  constexpr std::size_t page_bytes = 4096;
  return page_bytes + request.order.key.text().size() + request.order.value.size();
}

void move_handlers(Requests& requests, std::vector<WriteHandler>& handlers) {
  for (Request& request : requests) {
    if (request.handler) handlers.push_back(*std::exchange(request.handler, std::nullopt));
  }
}

}  // namespace

void WriteQueue::hand_over(Requests& requests) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.splice(waiting_.end(), requests);
    wake = std::exchange(is_sleeping_, false);
  }
  if (wake) wake_.notify_one();
}

Overdue WriteQueue::take_overdue(Instant now) {
  Overdue overdue;
  const std::lock_guard lock(mutex_);
  const auto is_in_time = [now](const Request& request) { return request.deadline > now; };
  overdue.withdrawn.splice(overdue.withdrawn.end(), waiting_, waiting_.begin(),
                           std::ranges::find_if(waiting_, is_in_time));
  if (!waiting_.empty()) overdue.next = waiting_.front().deadline;
  for (Request& request : taken_) {
    if (!request.handler) continue;
    if (is_in_time(request)) {
      overdue.next = request.deadline;
      break;
    }
    overdue.stalled.push_back(*std::exchange(request.handler, std::nullopt));
  }
  return overdue;
}

std::optional<Error> WriteQueue::collect(Requests& done) {
  const std::lock_guard lock(mutex_);
  done.splice(done.end(), done_);
  return broken_;
}

std::vector<WriteHandler> WriteQueue::close() {
  std::vector<WriteHandler> handlers;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    announce_ = nullptr;
    for (Requests* requests : {&waiting_, &taken_, &done_}) move_handlers(*requests, handlers);
  }
  wake_.notify_one();
  return handlers;
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
  if (is_closed_) return taken_;
  std::size_t bytes = 0;
  auto end = waiting_.begin();
  for (; end != waiting_.end() && bytes < bytes_max; ++end) bytes += cost(*end);
  taken_.splice(taken_.end(), waiting_, waiting_.begin(), end);
  return taken_;
}

void WriteQueue::finish(std::optional<Error> broken) {
  const std::lock_guard lock(mutex_);
  if (broken) broken_ = std::move(broken);
  if (taken_.empty()) return;
  // What is done already and not yet collected has been announced.
  const bool is_news = done_.empty();
  done_.splice(done_.end(), taken_);
  if (is_news && announce_) announce_();
}

}  // namespace posse::lmdb
