/// Which member leads the others, as far as is known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <etcd_api/etcd.grpc.pb.h>
#include <grpcpp/alarm.h>

#include "stores/etcd/flights.h"
#include "stores/etcd/keeper.h"

namespace posse::etcd {

/// Asks the members from time to time who leads. A request that goes to the leader saves a way, and
/// a write's bytes too: others hand it on. Only a hint: every member takes every request.
/// Works on the keeper's thread; may be asked by any.
class Leader {
 public:
  using Maintenance = etcdserverpb::Maintenance::Stub;

  /// `sign` prepares each call; `knows` tells whether who has answered belongs to the cluster.
  struct Ways {
    std::function<void(grpc::ClientContext&)> sign;
    std::function<bool(std::size_t place, const etcdserverpb::ResponseHeader&)> knows;
  };

  /// `members` by their places at `keeper`, which must both outlive it.
  Leader(Keeper& keeper, std::vector<Maintenance*> members, Ways ways);
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  /// Blocks until what it has asked has ended: gRPC takes no time for that.
  ~Leader();

  /// Who said last that it leads, if it is not doubted.
  std::optional<std::size_t> place() const;

  /// The member at `place` has failed a request. A leader that is cut off from the others takes
  /// itself for one until an election later.
  void doubt(std::size_t place);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Question;

  /// The alarm's.
  class Round final : public Completion {
   public:
    explicit Round(Leader& leader) : leader_(leader) {}
    void complete(bool /*ok*/) override { leader_.begin_round(); }

   private:
    Leader& leader_;
  };

  void begin_round();
  void ask(std::size_t place);
  void hear(const Question& question);
  void arm(std::chrono::milliseconds pause);

  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  Keeper& keeper_;
  std::vector<Maintenance*> members_;
  Ways ways_;
  std::atomic<std::size_t> place_ = nobody;

  Round round_{*this};
  Flights flights_;
  grpc::Alarm alarm_;
  mutable std::mutex mutex_;
  std::condition_variable round_ended_;
  std::vector<Instant> doubted_until_;  // the rest is under the mutex
  bool is_round_due_ = false;           // or under way
  bool is_ending_ = false;
};

}  // namespace posse::etcd
