/// The thread on which gRPC works for us: it keeps connections connected, and hears of answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>

namespace posse::etcd {

/// Something that gRPC will be through with; the tag of whatever is asked for on a Keeper's queue.
class Completion {
 public:
  virtual ~Completion() = default;

  /// Called once for each time it was asked for, on the keeper's thread; what `ok` says depends on
  /// what was asked.
  virtual void complete(bool ok) = 0;
};

/// gRPC goes on with a connection only while somebody waits for something on it; this thread does,
/// so that all are there before the first one fails. It has one thread, where gRPC's calls with
/// callbacks would have several, which abort now and then when the last of them goes (1.51).
/// Owns the channels.
class Keeper {
 public:
  explicit Keeper(std::vector<std::shared_ptr<grpc::Channel>> channels);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Nobody else may hold a channel any more, and no call be under way.
  ~Keeper();

  /// Whether the connection at `place` stands. May be asked by any thread.
  bool is_connected(std::size_t place) const { return is_connected_[place]; }

  /// Where calls end.
  grpc::CompletionQueue& queue() { return queue_; }

 private:
  /// A change of one connection.
  class Change final : public Completion {
   public:
    Change(Keeper& keeper, std::size_t place) : keeper_(keeper), place_(place) {}
    void complete(bool ok) override;

   private:
    Keeper& keeper_;
    std::size_t place_;
  };

  void run();
  void look_at(std::size_t place);

  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::atomic<bool>> is_connected_;
  std::deque<Change> changes_;
  grpc::CompletionQueue queue_;
  std::mutex mutex_;
  bool is_ending_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace posse::etcd
