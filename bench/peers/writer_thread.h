/// One thread that writes to an engine in this process, and everybody who waits for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/peers/peers.h"
#include "core/event.h"

namespace posse::bench {

/// A database as a library. All calls come from one thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual void prepare(const Goods& goods) = 0;
  virtual void begin() = 0;
  virtual Sold sell(const Purchase& purchase) = 0;
  /// Durable when it returns.
  virtual void commit() = 0;
  virtual Books books(const Goods& goods) = 0;
};

/// Buyers as coroutines in front of a thread that owns the engine. That is quicker than a thread
/// for each buyer even with one commit each: the engine has one writer at a time anyway, and who
/// waits in a queue neither polls nor fights for its lock.
class WriterThread final : public Peer {
 public:
  WriterThread(boost::asio::io_context* io, std::unique_ptr<Engine> engine, Commits commits);
  ~WriterThread() override;
  WriterThread(const WriterThread&) = delete;
  WriterThread& operator=(const WriterThread&) = delete;

  void prepare(const Goods& goods) override { engine_->prepare(goods); }
  Task<Result<Answer<Sale>>> buy(std::size_t buyer, Purchase purchase) override;
  Books books(const Goods& goods) override { return engine_->books(goods); }

 private:
  struct Call {
    const Purchase* purchase;
    Sold sold;
    Event answered;
  };
  using Calls = std::vector<Call*>;

  void hand_over();
  void write();
  void commit(Calls calls);
  void write_one_by_one(const Calls& calls);

  boost::asio::io_context* io_;
  std::unique_ptr<Engine> engine_;
  Commits commits_;
  Calls collected_;  ///< In this round of the executor.
  std::mutex mutex_;
  std::condition_variable wake_;
  Calls waiting_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace posse::bench
