/// The writing calls of one store object, in their callers' thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "posse/result.h"
#include "posse/store.h"
#include "stores/lmdb/request.h"
#include "stores/lmdb/writer.h"

namespace posse::lmdb {

/// Collects the requests of one round of the executor and hands them to the writer together, and
/// answers all that one commit has done together. One timer bounds all calls. Shared by the store
/// and, weakly, by what it has posted; used from the executor's thread.
class Calls : public std::enable_shared_from_this<Calls> {
 public:
  Calls(boost::asio::any_io_executor executor, std::chrono::milliseconds deadline)
      : executor_(std::move(executor)), deadline_(deadline), timer_(executor_) {}

  /// From now on requests go to `writer`.
  void attach(std::shared_ptr<Writer> writer);

  /// Has `order` written. It is within bounds.
  Task<Result<Written>> write(Order order);

  /// Why the store refuses everything, if it does.
  const std::optional<Error>& broken() const { return broken_; }

  std::chrono::milliseconds deadline() const { return deadline_; }

  /// Drops the calls under way, and stops the writer if nobody else uses it. Nothing may be called
  /// afterwards.
  void close();

 private:
  void begin(WriteHandler handler, Order order);
  void flush();
  void collect();
  void sweep();
  void cancel(Request& request, std::uint64_t ticket);
  void answer(WriteHandler handler, Result<Written> outcome);
  void arm(Instant end);
  void rest_if_idle();
  void recycle(Requests& requests);

  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds deadline_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Writer> writer_;
  Lane* lane_ = nullptr;
  std::optional<Error> broken_;

  Requests collected_;
  Requests unused_;
  std::uint64_t tickets_ = 0;
  std::size_t unanswered_ = 0;
  bool is_armed_ = false;
  bool is_closed_ = false;
};

}  // namespace posse::lmdb
