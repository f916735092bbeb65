/// A node: the shop over HTTP, with its patrol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "live/live_documents.h"
#include "node/api.h"
#include "node/log.h"
#include "node/metrics.h"
#include "node/server.h"
#include "patrol/membership.h"

namespace posse {

/// Answers requests and patrols, on one executor; stop() it before it goes. Nodes know nothing of
/// each other but what the store says. Its store may be observed by metrics().
class WebNode {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
    Shop& shop;
    Patrol& patrol;
    const Membership& membership;
    Log& log;
    boost::asio::any_io_executor executor;
  };

  WebNode(Doors doors, std::unique_ptr<Server> server);

  /// Begins to answer.
  void start();

  /// Finishes what is claimed, closes streams, takes nothing new.
  Task<void> stop();

  Metrics& metrics() { return metrics_; }

  std::string address() const { return server_->address(); }

 private:
  Task<Response> answer(Request request);

  Doors doors_;
  Metrics metrics_;
  std::unique_ptr<Server> server_;
  TaskGroup tasks_;
  LiveDocuments live_;
  Sessions sessions_;
  Visitors visitors_;
  PasswordWorker passwords_;
  Throttle throttle_;
  ApiParts parts_;
  Metrics::Sources measured_;
  Router router_;
};

}  // namespace posse
