/// A server that speaks etcd's language and does what a test wants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <etcd_api/etcd.grpc.pb.h>
#include <grpcpp/server.h>

namespace posse::testing {

/// What becomes of one transaction.
struct Treatment {
  bool is_applied = true;
  std::chrono::milliseconds delay{0};      ///< Before the answer.
  grpc::Status status = grpc::Status::OK;  ///< Instead of the answer, if it is not OK.
};

/// Keys, values and revisions in memory, asked over a real connection. May be used by any thread.
class FakeEtcd final : public etcdserverpb::KV::Service,
                       public etcdserverpb::Watch::Service,
                       public etcdserverpb::Auth::Service,
                       public etcdserverpb::Maintenance::Service {
 public:
  FakeEtcd();
  ~FakeEtcd() override;

  /// HOST:PORT.
  const std::string& address() const { return address_; }

  /// Asked for each transaction that writes, with its number from 1.
  void treat_writes(std::function<Treatment(int)> treatment);

  /// From now on reads see what is there now, until freshen(): as a member does that was paused.
  void grow_stale();
  void freshen();

  /// From now on a call without the newest token is turned away; each login gives a new one.
  void forget_tokens();

  /// From now on no token is good, though there are logins.
  void refuse_tokens();

  /// The next `streams` of watches cancel each one as soon as it is there. Without that, watches
  /// are kept and nothing is told.
  void cancel_watches(int streams);

  /// Another cluster answers from now on.
  void set_cluster(std::uint64_t cluster) { cluster_ = cluster; }

  /// As if a backup was restored that was made when nothing was there yet.
  void go_back();

  void set_version(const std::string& version) { version_ = version; }

  int writing_transactions() const;
  int logins() const;
  int watch_streams() const;
  /// What is there, without asking over the connection.
  std::string value(const std::string& key) const;

 private:
  struct Stored {
    std::int64_t create = 0;
    std::int64_t mod = 0;
    std::string value;
  };
  using Keys = std::map<std::string, Stored>;

  grpc::Status Range(grpc::ServerContext* context, const etcdserverpb::RangeRequest* request,
                     etcdserverpb::RangeResponse* response) override;
  grpc::Status Txn(grpc::ServerContext* context, const etcdserverpb::TxnRequest* request,
                   etcdserverpb::TxnResponse* response) override;
  grpc::Status Watch(grpc::ServerContext* context,
                     grpc::ServerReaderWriter<etcdserverpb::WatchResponse,
                                              etcdserverpb::WatchRequest>* stream) override;
  grpc::Status Authenticate(grpc::ServerContext* context,
                            const etcdserverpb::AuthenticateRequest* request,
                            etcdserverpb::AuthenticateResponse* response) override;
  grpc::Status Status(grpc::ServerContext* context, const etcdserverpb::StatusRequest* request,
                      etcdserverpb::StatusResponse* response) override;

  bool is_let_in(const grpc::ServerContext& context) const;
  void find(const etcdserverpb::RangeRequest& request, etcdserverpb::RangeResponse& response) const;
  void apply(const etcdserverpb::TxnRequest& request, etcdserverpb::TxnResponse& response);

  mutable std::mutex mutex_;
  Keys keys_;
  std::unique_ptr<Keys> stale_;
  std::function<Treatment(int)> treatment_;
  std::string version_ = "3.4.23";
  std::atomic<std::uint64_t> cluster_ = 1;
  std::string token_;
  bool takes_tokens_ = true;
  std::int64_t revision_ = 1;
  int writing_transactions_ = 0;
  int logins_ = 0;
  int watch_streams_ = 0;
  int cancelling_streams_ = 0;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace posse::testing
