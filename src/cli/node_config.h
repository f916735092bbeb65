/// The settings of a node, as its file has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "node/log.h"
#include "node/server.h"
#include "posse/result.h"

namespace posse {

/// What a node goes by. An empty text: nothing is said.
struct NodeConfig {
  std::string store;
  std::string listen = "127.0.0.1:8080";
  std::string id;
  LogOptions log;
  ServerLimits limits;
};

/// Reads a file of TOML 1.0: `store`, `listen`, `id`; `[log]` with `level` and `format`;
/// `[limits]` with the fields of ServerLimits, the times as `…_seconds`. What is not in it stays
/// as NodeConfig has it.
/// Errors: `unreadable`: no such file, no TOML, a setting that there is not, or one out of bounds;
/// names file, line and column.
Result<NodeConfig> read_node_config(const std::string& path);

}  // namespace posse
