/// Where a node is that is named: the system's own search has no bound, this one does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "client/node_address.h"
#include "posse/task.h"

namespace posse {

/// Where `address` is; empty if the system finds nothing, or not within `wait`. Then its search
/// goes on for nothing, on a thread of its own that keeps neither the executor's context nor the
/// program from their end.
Task<std::vector<boost::asio::ip::tcp::endpoint>> endpoints_of(NodeAddress address,
                                                               std::chrono::milliseconds wait);

}  // namespace posse
