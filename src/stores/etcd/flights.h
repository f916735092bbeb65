/// gRPC calls under way, which must all have landed before their store goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/support/async_unary_call.h>

#include "stores/etcd/keeper.h"

namespace posse::etcd {

/// A call under way.
class Flight : public Completion {
 public:
  /// What happens when it has landed, on the keeper's thread; it may hold the flight itself.
  std::function<void()> landed;
  grpc::ClientContext context;
  grpc::Status status;

  void complete(bool /*ok*/) override {
    const auto then = std::exchange(landed, nullptr);
    then();
  }
};

/// A call that is answered by one `Answer`.
template <class Answer>
class AnsweredFlight : public Flight {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Answer>>;

  Answer answer;

  /// The call has been made; its answer is awaited.
  void take_off(Reader reader) {
    reader_ = std::move(reader);
    Completion* tag = this;
    reader_->Finish(&answer, &status, tag);
  }

 private:
  Reader reader_;
};

/// Those of one store. They land on a thread that posts to the store's executor: it may not while
/// that goes away.
class Flights {
 public:
  void begin(std::shared_ptr<Flight> flight) {
    const std::lock_guard lock(mutex_);
    under_way_.insert(std::move(flight));
  }

  /// The last thing that a flight does.
  void end(const std::shared_ptr<Flight>& flight) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(flight);
    if (under_way_.empty()) all_landed_.notify_all();
  }

  /// Cancels what is under way, and blocks until it has ended: gRPC takes no time for that.
  void end_all() {
    std::unique_lock lock(mutex_);
    const auto cancelled = under_way_;
    lock.unlock();
    for (const auto& flight : cancelled) flight->context.TryCancel();
    lock.lock();
    all_landed_.wait(lock, [this] { return under_way_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_landed_;
  std::set<std::shared_ptr<Flight>> under_way_;
};

}  // namespace posse::etcd
