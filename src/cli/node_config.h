/// The settings of a node, as its file has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "node/log.h"
#include "node/proxies.h"
#include "node/server.h"
#include "posse/result.h"

namespace posse {

/// Nodes in one process: more cores than this are better served by several processes.
inline constexpr int node_threads_max = 64;

/// What a node goes by. An empty text: nothing is said.
struct NodeConfig {
  std::string store;
  std::string listen = "127.0.0.1:8080";
  std::string id;
  std::size_t threads = 1;  ///< Nodes in this process.
  LogOptions log;
  ServerLimits limits;
  TrustedProxies proxies;
};

/// Reads a file of TOML 1.0: `store`, `listen`, `id`, `threads`,
/// `trusted_proxies`; `[log]` with `level` and `format`;
/// `[limits]` with the fields of ServerLimits, the times as `…_seconds`. What is not in it stays
/// as NodeConfig has it.
/// Errors: `unreadable`: no such file, no TOML, a setting that there is not, or one out of bounds;
/// names file, line and column.
Result<NodeConfig> read_node_config(const std::string& path);

}  // namespace posse
