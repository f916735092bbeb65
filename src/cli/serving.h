/// A node at work on a host: it answers over HTTP and patrols.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>

#include "cli/host.h"
#include "cli/node_config.h"
#include "cli/patroller.h"
#include "node/log.h"
#include "node/web_node.h"

namespace posse {

/// Tells the log and the metrics what the patrol comes to. An alarm is told once: it stays until
/// somebody has looked.
class PatrolLog {
 public:
  PatrolLog(Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

  void hear(const Summary& pass);

 private:
  Log& log_;
  Metrics& metrics_;
  std::set<std::string> told_;
};

/// What `posse node` wires on one host, and so on one thread.
class Serving {
 public:
  /// `id` is the node's name in the posse.
  Serving(Host& host, const LogOptions& log, std::string id, std::unique_ptr<Server> server);

  Log& log() { return log_; }
  WebNode& node() { return node_; }

  /// Begins to answer and to patrol.
  void start();

  /// Takes nothing new, and answers what was asked. On the host's executor, as leave().
  Task<void> stop_answering();

  /// Finishes what is sold, and leaves the posse: once all nodes of the process have answered.
  Task<void> leave();

 private:
  Host& host_;
  Log log_;
  Patroller patroller_;
  WebNode node_;
  PatrolLog patrol_log_;
};

}  // namespace posse
