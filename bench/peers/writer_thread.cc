/// Group commit, or none.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/writer_thread.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace posse::bench {
namespace asio = boost::asio;

WriterThread::WriterThread(asio::io_context* io, std::unique_ptr<Engine> engine, Commits commits)
    : io_(io), engine_(std::move(engine)), commits_(commits), thread_([this] { write(); }) {}

WriterThread::~WriterThread() {
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Task<Result<Answer<Sale>>> WriterThread::buy(std::size_t /*buyer*/, Purchase purchase) {
  Call call{.purchase = &purchase, .sold = {}, .answered = {}};
  // Those who were answered together ask again together: one of them must not go ahead alone and
  // have a sync for itself.
  if (collected_.empty()) asio::post(*io_, [this] { hand_over(); });
  collected_.push_back(&call);
  co_await call.answered.wait();
  co_return answer_of(purchase, call.sold);
}

void WriterThread::hand_over() {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.insert(waiting_.end(), collected_.begin(), collected_.end());
  }
  collected_.clear();
  wake_.notify_one();
}

void WriterThread::write() {
  while (true) {
    Calls calls;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
      if (is_over_) return;
      calls = std::exchange(waiting_, {});
    }
    if (commits_ == Commits::grouped)
      commit(std::move(calls));
    else
      write_one_by_one(calls);
  }
}

void WriterThread::write_one_by_one(const Calls& calls) {
  for (Call* call : calls) commit({call});
}

void WriterThread::commit(Calls calls) {
  engine_->begin();
  for (Call* call : calls) call->sold = engine_->sell(*call->purchase);
  engine_->commit();
  asio::post(*io_, [calls = std::move(calls)] {
    for (Call* call : calls) call->answered.set();
  });
}

}  // namespace posse::bench
