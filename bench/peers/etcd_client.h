/// A client of etcd that asks the leader over gRPC, with many calls under way on one connection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <etcd_api/etcd.grpc.pb.h>
#include <grpcpp/channel.h>

#include "posse/task.h"
#include "stores/etcd/keeper.h"

namespace posse::bench {

/// What is at a key, and since which revision; 0 if nothing is.
struct EtcdValue {
  std::string value;
  std::int64_t revision = 0;
};

/// If everything is as expected, all puts are done; else the reads are read.
class EtcdTransaction {
 public:
  /// 0: nothing is there.
  void expect_revision(const std::string& key, std::int64_t revision);
  void put(const std::string& key, const std::string& value);
  void read(const std::string& key);

  std::size_t puts() const { return static_cast<std::size_t>(request_.success_size()); }
  const etcdserverpb::TxnRequest& request() const { return request_; }

 private:
  etcdserverpb::TxnRequest request_;
};

struct EtcdAnswer {
  bool is_done = false;
  std::int64_t revision = 0;    ///< Of what was put.
  std::vector<EtcdValue> read;  ///< In the order of the reads.
};

/// Used from one executor. A call that fails ends the program.
class EtcdClient {
 public:
  /// `addresses`: HOST:PORT of each member, between commas.
  EtcdClient(boost::asio::io_context* io, const std::string& addresses);

  /// What the leader has. If it leads no more, that may be old; a transaction finds it out.
  Task<EtcdValue> get(std::string key);
  Task<EtcdAnswer> commit(EtcdTransaction transaction);

  /// Without a coroutine, for preparing and checking.
  void commit_now(const EtcdTransaction& transaction);
  bool is_empty_now();
  std::map<std::string, EtcdValue> all_now(const std::string& prefix);

 private:
  template <class Answer>
  class Call;

  EtcdClient(boost::asio::io_context* io, const std::shared_ptr<grpc::Channel>& channel);

  etcdserverpb::RangeResponse range_now(const etcdserverpb::RangeRequest& request);

  boost::asio::io_context* io_;
  etcd::Keeper keeper_;
  std::unique_ptr<etcdserverpb::KV::Stub> kv_;
};

}  // namespace posse::bench
