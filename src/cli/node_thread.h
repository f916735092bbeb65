/// A node on a thread of its own, beside the first of its process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "cli/serving.h"

namespace posse {

/// Owns a host, the node on it, and the thread that runs both. Made, started and destroyed by the
/// thread of the first node, which it outlives in nothing.
class NodeThread {
 public:
  NodeThread(std::unique_ptr<Host> host, const LogOptions& log, std::string id,
             std::unique_ptr<Server> server);
  NodeThread(const NodeThread&) = delete;
  NodeThread& operator=(const NodeThread&) = delete;

  /// Ends the thread, whatever its node is doing: leave() comes first.
  ~NodeThread();

  WebNode& node() { return serving_.node(); }

  /// The thread begins, and its node with it.
  void start();

  /// As Serving has them; awaited on any executor.
  Task<void> stop_answering();
  Task<void> leave();

 private:
  std::unique_ptr<Host> host_;
  Serving serving_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> lasts_;
  std::thread thread_;
};

}  // namespace posse
