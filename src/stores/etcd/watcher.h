/// The keys of one store that are watched: one stream to a member, another one when it breaks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <grpcpp/alarm.h>

#include "posse/watch.h"
#include "stores/etcd/keeper.h"
#include "stores/etcd/members.h"

namespace posse::etcd {

/// A step of gRPC's lands on the keeper's thread, which posts to the executor what came of it; all
/// else is done there. Nothing keeps the executor's context running meanwhile: even the pause
/// before another try is gRPC's.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(boost::asio::any_io_executor executor, std::shared_ptr<Members> members);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher();

  /// As Watch::watch(); `key` is etcd's, with the prefix.
  std::unique_ptr<Watching> watch(std::string key, std::function<void()> changed);

  /// Ends everything, and blocks until it has landed: gRPC takes no time for that. Nothing may be
  /// called afterwards, but handles may go.
  void close();

 private:
  class Handle;
  struct Stream;

  /// What the watcher does when a step has landed.
  using Then = void (Watcher::*)(bool ok);

  /// Something asked of gRPC, at most once at a time.
  class Step final : public Completion {
   public:
    Step(Watcher& watcher, Then then) : watcher_(watcher), then_(then) {}
    void complete(bool ok) override;

   private:
    Watcher& watcher_;
    Then then_;
  };

  struct Watched {
    std::string key;
    std::function<void()> changed;
    bool may_have_missed = false;  // a change, as its stream broke
  };

  void end(std::int64_t id);
  void tell(std::int64_t id);

  Completion* begin(Step& step);
  void wait_until_landed();

  void open();
  void opened(bool ok);
  void read();
  void was_read(bool ok);
  void write_next();
  void written(bool ok);
  bool goes_on(bool ok);
  void give_up();
  void finish();
  void finished(bool ok);
  void pause();
  void paused(bool ok);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Members> members_;
  std::map<std::int64_t, Watched> watched_;  // by the number that each has in a stream
  std::int64_t last_id_ = 0;
  std::unique_ptr<Stream> stream_;
  std::chrono::milliseconds next_pause_;
  bool is_pausing_ = false;
  bool is_closed_ = false;
  grpc::Alarm alarm_;
  Step opening_{*this, &Watcher::opened};
  Step reading_{*this, &Watcher::was_read};
  Step writing_{*this, &Watcher::written};
  Step finishing_{*this, &Watcher::finished};
  Step pausing_{*this, &Watcher::paused};

  std::mutex mutex_;
  std::condition_variable all_landed_;
  std::size_t under_way_ = 0;  // steps, under the mutex
};

}  // namespace posse::etcd
