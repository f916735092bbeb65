/// A patrolling member of the posse on a host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

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
  const Membership& membership() const { return membership_; }

 private:
  std::unique_ptr<Schedule> schedule_;
  Membership membership_;
  Patrol patrol_;
};

/// Returns once the process is asked to end (SIGINT, SIGTERM).
Task<void> end_is_asked_for(Host* host);

}  // namespace posse
