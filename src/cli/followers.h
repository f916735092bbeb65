/// People who watch a campaign at a node, and how old what they see is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cli/host.h"
#include "cli/latencies.h"
#include "client/node_client.h"
#include "core/task_group.h"

namespace posse {

/// Event streams of one campaign, all at one node of this machine, whose wall clock is ours.
class Followers {
 public:
  Followers(Host& host, NodeAddress node, Name campaign, std::size_t count);

  /// Opens the streams; returns when each has had its first event.
  Task<void> start();

  /// From now on, counts.
  void count() { counting_ = true; }

  /// Counts no more; the streams end with their node.
  void stop() { stopped_ = true; }

  /// Waits for their end.
  Task<void> join() { return tasks_.join(); }

  std::uint64_t events() const { return ages_.count(); }

  /// From the moment at which the node asked the store to the one at which a follower has it.
  const Latencies& ages() const { return ages_; }

 private:
  Task<void> follow(NodeClient* client);
  bool hear(const ServerEvent& event);

  Host& host_;
  std::string target_;
  std::vector<std::unique_ptr<NodeClient>> clients_;
  TaskGroup tasks_;
  std::size_t following_ = 0;
  bool counting_ = false;
  bool stopped_ = false;
  Latencies ages_;
};

}  // namespace posse
