/// Waiting for gRPC.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/keeper.h"

#include <chrono>
#include <utility>

namespace posse::etcd {
namespace {

using namespace std::chrono_literals;

/// Without a change, it is looked again; and nobody waits longer for the end.
constexpr auto watch_length = 250ms;

}  // namespace

Keeper::Keeper(std::vector<std::shared_ptr<grpc::Channel>> channels)
    : channels_(std::move(channels)), is_connected_(channels_.size()) {
  for (std::size_t place = 0; place < channels_.size(); ++place) {
    changes_.emplace_back(*this, place);
    look_at(place);
  }
  thread_ = std::thread([this] { run(); });
}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    channels_.clear();
  }
  queue_.Shutdown();
  thread_.join();
}

void Keeper::run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) static_cast<Completion*>(tag)->complete(ok);
}

void Keeper::Change::complete(bool /*ok*/) {
  const std::lock_guard lock(keeper_.mutex_);
  if (!keeper_.is_ending_) keeper_.look_at(place_);
}

void Keeper::look_at(std::size_t place) {
  grpc::Channel& channel = *channels_[place];
  const auto state = channel.GetState(/*try_to_connect=*/true);
  is_connected_[place] = state == GRPC_CHANNEL_READY;
  Completion* tag = &changes_[place];
  channel.NotifyOnStateChange(state, std::chrono::system_clock::now() + watch_length, &queue_, tag);
}

}  // namespace posse::etcd
