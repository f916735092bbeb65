/// Nodes as processes of their own, for demonstrations and measurements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/child.h"
#include "cli/host.h"
#include "client/node_address.h"

namespace posse {

/// Addresses of this machine that nobody listens on now.
std::vector<NodeAddress> free_addresses(boost::asio::io_context& io, std::size_t count);

/// How a node is started.
struct NodePlan {
  std::string store;
  NodeAddress address;
  std::string name;
  std::filesystem::path logs;  ///< A folder; what the node says goes into a file there.
  std::size_t threads = 1;
  std::size_t streams = 0;  ///< That it must have room for, beside buyers.
};

/// Starts `posse node`, which ends with this process at the latest.
Child start_node(const NodePlan& plan);

/// Waits until the node is ready; false if it is not within 10 s.
Task<bool> becomes_ready(Host* host, NodeAddress address);

/// The time that all cores have worked for the process so far; zero if it is none.
std::chrono::milliseconds processor_time(pid_t process);

}  // namespace posse
