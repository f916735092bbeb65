/// A patrolling member of the posse on a host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <memory>
#include <string>

#include <boost/asio/signal_set.hpp>

#include "cli/host.h"
#include "patrol/membership.h"
#include "patrol/patrol.h"
#include "patrol/schedule.h"

namespace posse {

/// A name for this process that no other one has.
std::string process_name(Random& random);

/// Membership, schedule and patrol, wired to a host; lives shorter than it.
class Patroller {
 public:
  Patroller(Host& host, std::string name, std::unique_ptr<Schedule> schedule);

  Patrol& patrol() { return patrol_; }
  Membership& membership() { return membership_; }

 private:
  std::unique_ptr<Schedule> schedule_;
  Membership membership_;
  Patrol patrol_;
};

/// Hears, from its making on, when the process is asked to end (SIGINT, SIGTERM).
class EndRequest {
 public:
  explicit EndRequest(boost::asio::io_context& io) : signals_(io, SIGINT, SIGTERM) {}

  /// Returns once it is.
  Task<void> heard();

 private:
  boost::asio::signal_set signals_;
};

}  // namespace posse
