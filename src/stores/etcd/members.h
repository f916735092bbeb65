/// The members of a cluster, as the stores of one process are connected to them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <etcd_api/etcd.grpc.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "posse/result.h"
#include "stores/etcd/etcd_place.h"
#include "stores/etcd/keeper.h"
#include "stores/etcd/leader.h"

namespace posse::etcd {

/// A member, and what is asked on the connection to it.
struct Member {
  std::string address;
  std::unique_ptr<etcdserverpb::KV::Stub> kv;
  std::unique_ptr<etcdserverpb::Watch::Stub> watch;
  std::unique_ptr<etcdserverpb::Auth::Stub> auth;
  std::unique_ptr<etcdserverpb::Maintenance::Stub> maintenance;
};

/// Connected to all members, asking the one that leads, or another until it fails. May be used by
/// many threads.
class Members {
 public:
  /// Connects, logs in and looks below the prefix; blocks, at most `patience`, each call at most
  /// `deadline`.
  /// Errors: `unavailable`, with what the last member said.
  static Result<std::shared_ptr<Members>> open(const EtcdPlace& place,
                                               std::chrono::milliseconds deadline,
                                               std::chrono::milliseconds patience);

  /// The member to ask; null while none is connected, which is worked on meanwhile. A request goes
  /// to a connection that is there, or nowhere: so what fails without one was not sent.
  Member* connected();

  /// Where calls end.
  grpc::CompletionQueue& queue() { return keeper_->queue(); }

  /// `member` has failed: the next one is asked from now on.
  void leave(const Member& member);

  /// Whether the member at `place`, which has answered with `header`, belongs to the cluster that
  /// was opened. If not, it is asked no more before it says so: its documents are others.
  bool knows(std::size_t place, const etcdserverpb::ResponseHeader& header);
  bool knows(const Member& member, const etcdserverpb::ResponseHeader& header) {
    return knows(place_of(member), header);
  }

  /// The newest revision that the cluster has answered with, as far as is known here.
  std::int64_t newest_revision() const { return newest_revision_; }

  /// Whether a write that was sent when `before` was the newest revision may be answered with
  /// `revision`. etcd applies its log in order, so revisions never go back, unless a backup was
  /// restored: then versions come again that we may know as other documents, and nobody is asked
  /// any more. Reads prove nothing: they may be stale.
  bool goes_on(std::int64_t before, std::int64_t revision);

  /// Why nobody may be asked, in words for an operator.
  std::string hindrance() const;

  /// What goes with each call: who we are, and that a member without a leader shall say so.
  void sign(grpc::ClientContext& context) const;

  /// Whether a new token can be had, and what asks for it.
  bool has_user() const { return !login_.name().empty(); }
  const etcdserverpb::AuthenticateRequest& login() const { return login_; }
  void adopt(const std::string& token);

  /// As the member says that was asked first, such as 3.4.23; empty if it does not.
  const std::string& version() const { return version_; }

  /// Whether nothing stood below the prefix when it was opened.
  bool was_empty() const { return was_empty_; }

 private:
  Members() = default;

  std::size_t place_of(const Member& member) const {
    return static_cast<std::size_t>(&member - members_.data());
  }
  bool may_be_asked(std::size_t place) const;
  Result<void> connect(const EtcdPlace& place);
  void look_for_leader();
  Result<void> greet(Member& member, const std::string& prefix, std::chrono::milliseconds deadline);

  std::unique_ptr<Keeper> keeper_;
  std::vector<Member> members_;
  std::atomic<std::size_t> current_ = 0;
  std::uint64_t cluster_ = 0;
  std::vector<std::atomic<bool>> is_stranger_;
  std::atomic<std::int64_t> newest_revision_ = 0;
  std::atomic<bool> was_set_back_ = false;
  etcdserverpb::AuthenticateRequest login_;
  mutable std::mutex mutex_;
  std::string token_;  // under the mutex
  std::string version_;
  bool was_empty_ = false;
  std::optional<Leader> leader_;  // of several members; the first to go
};

}  // namespace posse::etcd
