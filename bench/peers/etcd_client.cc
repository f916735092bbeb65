/// From a coroutine to etcd's leader and back.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/etcd_client.h"

#include <algorithm>
#include <chrono>
#include <google/protobuf/unknown_field_set.h>
#include <utility>

#include <boost/asio/post.hpp>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "bench/peers/peer.h"
#include "core/event.h"
#include "stores/etcd/flights.h"

namespace posse::bench {
namespace {

using namespace std::chrono_literals;
using ChannelPointer = std::shared_ptr<grpc::Channel>;

constexpr std::int64_t keys_of_a_page = 10'000;

/// In a RangeRequest: the member answers from what it has, without asking the others whether it
/// still leads. Posse's part of the API has no such field.
constexpr int serializable_field = 7;

/// How long a member may take to be connected and to say who leads.
constexpr auto greeting_max = 5s;

void expect_fine(const grpc::Status& status) {
  if (!status.ok()) give_up("etcd fails: " + status.error_message());
}

EtcdValue first_of(etcdserverpb::RangeResponse& range) {
  if (range.kvs().empty()) return {};
  auto& found = *range.mutable_kvs(0);
  return {.value = std::move(*found.mutable_value()), .revision = found.mod_revision()};
}

ChannelPointer channel_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  return grpc::CreateCustomChannel("dns:///" + address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

bool is_leader(const ChannelPointer& channel, const std::string& address) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + greeting_max);
  etcdserverpb::StatusResponse about;
  const auto status = etcdserverpb::Maintenance::NewStub(channel)->Status(&context, {}, &about);
  if (!status.ok()) give_up("etcd does not answer at " + address + ": " + status.error_message());
  return about.leader() == about.header().member_id();
}

/// Others would hand each call on to it. If it is not among them, the first has to.
ChannelPointer channel_to_leader(const std::string& addresses) {
  ChannelPointer first;
  std::size_t end = 0;
  for (std::size_t at = 0; at < addresses.size(); at = end + 1) {
    end = std::min(addresses.find(',', at), addresses.size());
    const std::string address = addresses.substr(at, end - at);
    ChannelPointer channel = channel_to(address);
    if (is_leader(channel, address)) return channel;
    if (!first) first = std::move(channel);
  }
  return first;
}

}  // namespace

void EtcdTransaction::expect_revision(const std::string& key, std::int64_t revision) {
  auto& compare = *request_.add_compare();
  compare.set_target(etcdserverpb::Compare::MOD);
  compare.set_key(key);
  compare.set_mod_revision(revision);
}

void EtcdTransaction::put(const std::string& key, const std::string& value) {
  auto& put = *request_.add_success()->mutable_request_put();
  put.set_key(key);
  put.set_value(value);
}

void EtcdTransaction::read(const std::string& key) {
  request_.add_failure()->mutable_request_range()->set_key(key);
}

/// A call under way. It lives in the frame of the coroutine that waits for it.
template <class Answer>
class EtcdClient::Call final : public etcd::AnsweredFlight<Answer> {
 public:
  explicit Call(boost::asio::io_context* io) : io_(io) {}

  /// On the keeper's thread. Once posted, the call may be gone.
  void complete(bool /*ok*/) override {
    boost::asio::post(*io_, [this] { landed_.set(); });
  }

  Task<void> wait() {
    co_await landed_.wait();
    expect_fine(this->status);
  }

 private:
  boost::asio::io_context* io_;
  Event landed_;
};

EtcdClient::EtcdClient(boost::asio::io_context* io, const std::string& addresses)
    : EtcdClient(io, channel_to_leader(addresses)) {}

EtcdClient::EtcdClient(boost::asio::io_context* io, const ChannelPointer& channel)
    : io_(io), keeper_({channel}), kv_(etcdserverpb::KV::NewStub(channel)) {}

Task<EtcdValue> EtcdClient::get(std::string key) {
  etcdserverpb::RangeRequest request;
  request.set_key(std::move(key));
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(serializable_field, 1);
  Call<etcdserverpb::RangeResponse> call(io_);
  call.take_off(kv_->AsyncRange(&call.context, request, &keeper_.queue()));
  co_await call.wait();
  co_return first_of(call.answer);
}

Task<EtcdAnswer> EtcdClient::commit(EtcdTransaction transaction) {
  Call<etcdserverpb::TxnResponse> call(io_);
  call.take_off(kv_->AsyncTxn(&call.context, transaction.request(), &keeper_.queue()));
  co_await call.wait();
  EtcdAnswer answer{
      .is_done = call.answer.succeeded(), .revision = call.answer.header().revision(), .read = {}};
  if (answer.is_done) co_return answer;
  for (auto& one : *call.answer.mutable_responses())
    answer.read.push_back(first_of(*one.mutable_response_range()));
  co_return answer;
}

void EtcdClient::commit_now(const EtcdTransaction& transaction) {
  grpc::ClientContext context;
  etcdserverpb::TxnResponse answer;
  expect_fine(kv_->Txn(&context, transaction.request(), &answer));
}

bool EtcdClient::is_empty_now() {
  etcdserverpb::RangeRequest all;
  all.set_key(std::string(1, '\0'));
  all.set_range_end(std::string(1, '\0'));
  all.set_limit(1);
  all.set_keys_only(true);
  return range_now(all).kvs().empty();
}

std::map<std::string, EtcdValue> EtcdClient::all_now(const std::string& prefix) {
  std::map<std::string, EtcdValue> all;
  etcdserverpb::RangeRequest request;
  request.set_key(prefix);
  std::string end = prefix;
  ++end.back();
  request.set_range_end(end);
  request.set_limit(keys_of_a_page);
  while (true) {
    const auto page = range_now(request);
    for (const auto& one : page.kvs())
      all.emplace(one.key(), EtcdValue{.value = one.value(), .revision = one.mod_revision()});
    if (page.kvs_size() < keys_of_a_page) return all;
    request.set_key(all.rbegin()->first + '\0');
  }
}

etcdserverpb::RangeResponse EtcdClient::range_now(const etcdserverpb::RangeRequest& request) {
  grpc::ClientContext context;
  etcdserverpb::RangeResponse answer;
  expect_fine(kv_->Range(&context, request, &answer));
  return answer;
}

}  // namespace posse::bench
