/// A node: the shop over HTTP, with its patrol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "live/live_documents.h"
#include "node/api.h"
#include "node/audit_desk.h"
#include "node/log.h"
#include "node/metrics.h"
#include "node/recoveries.h"
#include "node/server.h"
#include "patrol/clock_watch.h"
#include "patrol/membership.h"

namespace posse {

/// Answers requests and patrols, on one executor; stop() it before it goes. Nodes know nothing of
/// each other but what the store says. Its store may be observed by metrics().
class WebNode {
 public:
  struct Doors {
    Store& store;
    Scan& scan;
    Watch* watch;  ///< Null: followers hear of changes within 100 ms.
    Clock& clock;
    Random& random;
    Shop& shop;
    Patrol& patrol;
    Membership& membership;
    Log& log;
    boost::asio::any_io_executor executor;
  };

  WebNode(Doors doors, std::unique_ptr<Server> server);

  /// `nodes` are those of this process, the same list for each of them. What is asked of any is
  /// sold by the one that the campaign falls to, so that they do not compete for its slots;
  /// /metrics and /v1/nodes of any show all; and the first one runs their audits. Before start();
  /// none is destroyed before all have stopped.
  void work_with(std::vector<WebNode*> nodes);

  /// Begins to answer.
  void start();

  /// Answers what was asked, closes streams, takes nothing new. What is asked of other nodes of the
  /// process may still be sold here.
  Task<void> stop();

  /// What a pass of the patrol came to.
  void hear(const Summary& pass);

  Metrics& metrics() { return metrics_; }

  std::string address() const { return server_->address(); }

 private:
  Task<Response> answer(Request request);
  Task<std::shared_ptr<const Metrics::Measured>> measure();
  Task<Response> measure_all();
  Task<Result<Answer<Sale>>> sell(Purchase purchase);
  Task<NodeView> view();
  Task<NodeView> view_all();
  Task<Response> at_desk(AuditCall call);
  Task<Response> ask_for_audit(AuditCall call);
  Task<Response> ready();
  Task<void> watch_clock();
  void tell_of_clock(bool is_off);

  Doors doors_;
  Metrics metrics_;
  std::unique_ptr<Server> server_;
  TaskGroup tasks_;
  LiveDocuments live_;
  Sessions sessions_;
  Visitors visitors_;
  PasswordWorker passwords_;
  ClockWatch clock_watch_;
  Recoveries recoveries_;
  AuditDesk audit_desk_;
  bool stopping_ = false;
  Throttle throttle_;
  ApiParts parts_;
  Metrics::Sources sources_;
  std::vector<WebNode*> nodes_;
  Router router_;
};

}  // namespace posse
