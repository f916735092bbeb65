/// As much of etcd as the store uses.
// SPDX-License-Identifier: Apache-2.0
#include "contract/fake_etcd.h"

#include <thread>
#include <utility>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

namespace posse::testing {

FakeEtcd::FakeEtcd() {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(static_cast<etcdserverpb::KV::Service*>(this));
  builder.RegisterService(static_cast<etcdserverpb::Watch::Service*>(this));
  builder.RegisterService(static_cast<etcdserverpb::Auth::Service*>(this));
  builder.RegisterService(static_cast<etcdserverpb::Maintenance::Service*>(this));
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeEtcd::~FakeEtcd() {
  server_->Shutdown(std::chrono::system_clock::now());
}

void FakeEtcd::treat_writes(std::function<Treatment(int)> treatment) {
  const std::lock_guard lock(mutex_);
  treatment_ = std::move(treatment);
}

void FakeEtcd::grow_stale() {
  const std::lock_guard lock(mutex_);
  stale_ = std::make_unique<Keys>(keys_);
}

void FakeEtcd::go_back() {
  const std::lock_guard lock(mutex_);
  keys_.clear();
  revision_ = 1;
}

void FakeEtcd::freshen() {
  const std::lock_guard lock(mutex_);
  stale_.reset();
}

void FakeEtcd::forget_tokens() {
  const std::lock_guard lock(mutex_);
  token_ = "forgotten";
}

void FakeEtcd::refuse_tokens() {
  const std::lock_guard lock(mutex_);
  takes_tokens_ = false;
}

void FakeEtcd::cancel_watches(int streams) {
  const std::lock_guard lock(mutex_);
  cancelling_streams_ = streams;
}

int FakeEtcd::watch_streams() const {
  const std::lock_guard lock(mutex_);
  return watch_streams_;
}

int FakeEtcd::writing_transactions() const {
  const std::lock_guard lock(mutex_);
  return writing_transactions_;
}

int FakeEtcd::logins() const {
  const std::lock_guard lock(mutex_);
  return logins_;
}

std::string FakeEtcd::value(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key);
  return found == keys_.end() ? "" : found->second.value;
}

grpc::Status FakeEtcd::Range(grpc::ServerContext* context,
                             const etcdserverpb::RangeRequest* request,
                             etcdserverpb::RangeResponse* response) {
  const std::lock_guard lock(mutex_);
  if (!is_let_in(*context))
    return {grpc::StatusCode::UNAUTHENTICATED, "etcdserver: invalid auth token"};
  response->mutable_header()->set_cluster_id(cluster_);
  find(*request, *response);
  return grpc::Status::OK;
}

grpc::Status FakeEtcd::Txn(grpc::ServerContext* context, const etcdserverpb::TxnRequest* request,
                           etcdserverpb::TxnResponse* response) {
  std::unique_lock lock(mutex_);
  if (!is_let_in(*context))
    return {grpc::StatusCode::UNAUTHENTICATED, "etcdserver: invalid auth token"};
  Treatment treatment;
  if (request->success(0).has_request_txn()) {
    ++writing_transactions_;
    if (treatment_) treatment = treatment_(writing_transactions_);
  }
  if (treatment.is_applied) apply(*request, *response);
  lock.unlock();
  std::this_thread::sleep_for(treatment.delay);
  return treatment.status;
}

grpc::Status FakeEtcd::Watch(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<etcdserverpb::WatchResponse, etcdserverpb::WatchRequest>* stream) {
  std::unique_lock lock(mutex_);
  ++watch_streams_;
  const bool is_let_in_now = is_let_in(*context);
  const bool cancels = is_let_in_now && cancelling_streams_ > 0;
  if (cancels) --cancelling_streams_;
  lock.unlock();
  etcdserverpb::WatchRequest request;
  while (stream->Read(&request)) {
    if (!request.has_create_request()) continue;
    etcdserverpb::WatchResponse answer;
    answer.set_watch_id(is_let_in_now ? request.create_request().watch_id() : -1);
    answer.set_created(true);
    answer.set_canceled(!is_let_in_now);
    stream->Write(answer);
    if (!cancels) continue;
    answer.set_created(false);
    answer.set_canceled(true);
    stream->Write(answer);
  }
  return grpc::Status::OK;
}

grpc::Status FakeEtcd::Authenticate(grpc::ServerContext* context,
                                    const etcdserverpb::AuthenticateRequest* request,
                                    etcdserverpb::AuthenticateResponse* response) {
  const std::lock_guard lock(mutex_);
  if (context->client_metadata().count("token") > 0)
    return {grpc::StatusCode::UNAUTHENTICATED, "etcdserver: invalid auth token"};
  if (request->name() != "shop" || request->password() != "secret") {
    return {grpc::StatusCode::INVALID_ARGUMENT,
            "etcdserver: authentication failed, invalid user ID or password"};
  }
  token_ = "token " + std::to_string(++logins_);
  response->set_token(token_);
  return grpc::Status::OK;
}

grpc::Status FakeEtcd::Status(grpc::ServerContext* /*context*/,
                              const etcdserverpb::StatusRequest* /*request*/,
                              etcdserverpb::StatusResponse* response) {
  response->mutable_header()->set_cluster_id(cluster_);
  response->set_version(version_);
  return grpc::Status::OK;
}

/// Whoever has ever seen a login wants one from everybody.
bool FakeEtcd::is_let_in(const grpc::ServerContext& context) const {
  if (!takes_tokens_) return false;
  if (token_.empty()) return true;
  const auto sent = context.client_metadata().find("token");
  return sent != context.client_metadata().end() &&
         std::string(sent->second.data(), sent->second.size()) == token_;
}

void FakeEtcd::find(const etcdserverpb::RangeRequest& request,
                    etcdserverpb::RangeResponse& response) const {
  const Keys& keys = stale_ ? *stale_ : keys_;
  const std::string end = request.range_end().empty() ? request.key() + '\0' : request.range_end();
  for (auto found = keys.lower_bound(request.key()); found != keys.end() && found->first < end;
       ++found) {
    if (request.limit() > 0 && response.kvs_size() == request.limit()) break;
    auto& shown = *response.add_kvs();
    shown.set_key(found->first);
    shown.set_mod_revision(found->second.mod);
    shown.set_value(found->second.value);
  }
}

void FakeEtcd::apply(const etcdserverpb::TxnRequest& request, etcdserverpb::TxnResponse& response) {
  response.set_succeeded(true);
  bool has_changed = false;
  const Keys before = keys_;
  for (const auto& one : request.success()) {
    auto& answer = *response.add_responses();
    if (one.has_request_range()) {
      find(one.request_range(), *answer.mutable_response_range());
      continue;
    }
    const auto& compare = one.request_txn().compare(0);
    const auto found = before.find(compare.key());
    const Stored there = found == before.end() ? Stored{} : found->second;
    const bool is_mod = compare.target() == etcdserverpb::Compare::MOD;
    const bool is_met =
        is_mod ? there.mod == compare.mod_revision() : there.create == compare.create_revision();
    answer.mutable_response_txn()->set_succeeded(is_met);
    if (!is_met) continue;
    has_changed = true;
    const auto& put = one.request_txn().success(0).request_put();
    Stored& stored = keys_[put.key()];
    if (stored.create == 0) stored.create = revision_ + 1;
    stored.mod = revision_ + 1;
    stored.value = put.value();
  }
  if (has_changed) ++revision_;
  response.mutable_header()->set_cluster_id(cluster_);
  response.mutable_header()->set_revision(revision_);
}

}  // namespace posse::testing
