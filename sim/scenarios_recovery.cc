/// Drivers, logins and the posse together, with unanswered writes and crashes.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sim/roles.h"

namespace posse::sim {
namespace {

/// Two buyers, one of them on two nodes, and the posse, with a crash and an unanswered write, have
/// too many states. Each three of them have few enough.
void add_threes(std::vector<Scenario>& all) {
  all.push_back({.name = "a repeated key and a posse",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), other_buyer("u"), recoverer()},
                 .faults = {.crashes = 1, .unknowns = 1},
                 .sometimes = {.fence = true},
                 .tries = {.attempts_max = 1}});
  all.push_back({.name = "a repeated key and another buyer",
                 .opening = funds(2, 2),
                 .roles = {buyer("u"), other_buyer("u"), buyer("v")},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true},
                 .tries = {.attempts_max = 1}});
  all.push_back({.name = "two buyers and a posse",
                 .opening = funds(2, 2),
                 .roles = {buyer("u"), buyer("v"), recoverer()},
                 .faults = {.crashes = 1, .unknowns = 1},
                 .tries = {.attempts_max = 1}});
  all.push_back({.name = "a slow driver, a login and a posse",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), login("u"), recoverer()},
                 .faults = {.crashes = 1, .unknowns = 1},
                 .sometimes = {.fence = true}});
}

void add_spilling(std::vector<Scenario>& all) {
  all.push_back({.name = "spilling, a login and a posse",
                 .opening = {{account("u"), 9}},
                 .before = {order("u", "a"), order("u", "b"), order("u", "c")},
                 .roles = {buyer("u", "d"), login("u"), recoverer()},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "spilling, unanswered writes",
                 .opening = {{account("u"), 9}},
                 .before = {order("u", "a"), order("u", "b"), order("u", "c")},
                 .roles = {buyer("u", "d"), recoverer()},
                 .faults = {.crashes = 1, .unknowns = 2}});
}

}  // namespace

void add_recovery(std::vector<Scenario>& all) {
  add_threes(all);
  add_spilling(all);
}

}  // namespace posse::sim
