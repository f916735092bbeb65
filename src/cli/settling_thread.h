/// A thread that settles what a host sells.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "cli/host.h"
#include "posse/result.h"

namespace posse {

/// Owns another member on the host's store, which does nothing else, and its thread. Outlives
/// whatever the host sells after it was started.
class SettlingThread {
 public:
  /// Errors: the driver's; `unavailable` if its store cannot be shared.
  static Result<std::unique_ptr<SettlingThread>> start(Host& host);

  SettlingThread(const SettlingThread&) = delete;
  SettlingThread& operator=(const SettlingThread&) = delete;
  ~SettlingThread();

 private:
  explicit SettlingThread(std::unique_ptr<Host> host);

  std::unique_ptr<Host> host_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> lasts_;
  std::thread thread_;
};

}  // namespace posse
