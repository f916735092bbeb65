/// The scenarios.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "sim/alone.h"
#include "sim/roles.h"
#include "sim/scenario.h"

namespace posse::sim {
namespace {

Task<void> take_out_hold(Actor actor, Key key) {
  Decision decision = [](Participant& participant) {
    if (participant.holds.empty()) return Verdict::keep;
    participant.holds.pop_back();
    return Verdict::write;
  };
  const auto updated = co_await actor.journal.participants().update(key, std::move(decision));
  (void)updated;
}

/// Takes out a hold because no entry is there yet: the slot would be free.
Role rogue(const std::string& owner) {
  return {.name = "rogue",
          .script = [key = account(owner)](Actor actor) { return take_out_hold(actor, key); },
          .may_fail = false};
}

/// Drivers against each other, recoverers and logins.
void add_drivers(std::vector<Scenario>& all) {
  all.push_back({.name = "two drivers",
                 .opening = funds(2, 2),
                 .roles = {buyer("u"), buyer("v"), recoverer()},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "two posses",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), recoverer(), recoverer("another recoverer")},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "two orders of one node",
                 .opening = funds(3, 2),
                 .roles = {node("both", {order("u", "one"), order("v", "one")}), buyer("u", "two")},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "same user, two tabs, poor",
                 .opening = {{account("u"), 1}},
                 .roles = {buyer("u", "one"), buyer("u", "two")},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true, .told = {"committed", "insufficient_funds"}}});
  all.push_back({.name = "login fences a slow driver",
                 .opening = {{account("u"), 1}},
                 .roles = {buyer("u"), login("u"), recoverer()},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "two logins",
                 .opening = {{account("u"), 1}},
                 .roles = {buyer("u"), login("u"), login("u", "another login")},
                 .faults = {},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "login against two drivers",
                 .opening = funds(1, 1),
                 .roles = {buyer("u"), buyer("v"), login("u")},
                 .faults = {},
                 .sometimes = {.fence = true}});
}

/// What meets on accounts.
void add_accounts(std::vector<Scenario>& all) {
  all.push_back({.name = "deposit in between",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), depositor("u"), login("u")},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "transfer",
                 .opening = funds(1, 0),
                 .roles = {transferrer("u", "v"), login("v")},
                 .faults = {.crashes = 1},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "transfer against purchase",
                 .opening = funds(1, 1),
                 .roles = {transferrer("u", "v"), buyer("v")},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "opposite transfers",
                 .opening = funds(1, 1),
                 .roles = {transferrer("u", "v"), transferrer("v", "u")},
                 .faults = {.crashes = 1}});
}

/// Reads that show the past.
void add_stale_reads(std::vector<Scenario>& all) {
  all.push_back({.name = "stale reads, purchase",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), login("u")},
                 .faults = {.crashes = 1, .stales = 2},
                 .sometimes = {.fence = true}});
  all.push_back({.name = "stale reads, recovery",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), recoverer()},
                 .faults = {.crashes = 1, .stales = 2}});
  all.push_back({.name = "stale reads, two drivers",
                 .opening = funds(2, 2),
                 .roles = {buyer("u"), buyer("v")},
                 .faults = {.stales = 1}});
  all.push_back({.name = "stale reads, transfer",
                 .opening = funds(1, 0),
                 .roles = {transferrer("u", "v"), recoverer()},
                 .faults = {.crashes = 1, .stales = 2}});
}

/// The same request twice, writes without answer, calls that fail, spilling.
void add_faults(std::vector<Scenario>& all) {
  all.push_back({.name = "the same key on two nodes",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), other_buyer("u")},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "unanswered writes, purchase",
                 .opening = {{account("u"), 2}},
                 .roles = {buyer("u"), login("u")},
                 .faults = {.crashes = 1, .unknowns = 2}});
  all.push_back({.name = "unanswered writes, transfer",
                 .opening = funds(1, 0),
                 .roles = {transferrer("u", "v"), login("v")},
                 .faults = {.unknowns = 1}});
  all.push_back({.name = "failing calls",
                 .opening = {{account("u"), 1}},
                 .roles = {buyer("u"), login("u")},
                 .faults = {.crashes = 1, .failures = 3}});
  all.push_back({.name = "overtaking calls",
                 .opening = funds(1, 1),
                 .roles = {transferrer("u", "v"), login("v")},
                 .faults = {.crashes = 1},
                 .overtaking = true});
  all.push_back({.name = "spilling",
                 .opening = {{account("u"), 9}},
                 .before = {order("u", "a"), order("u", "b"), order("u", "c")},
                 .roles = {buyer("u", "d"), buyer("u", "e")},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "a repeated key that has spilled",
                 .opening = {{account("u"), 9}},
                 .before = {order("u", "a"), order("u", "b"), order("u", "c"), order("u", "d"),
                            order("u", "e")},
                 .roles = {buyer("u", "a"), buyer("u", "f")},
                 .faults = {.crashes = 1}});
}

/// Two orders of one node for the only slot: one of them is left out of the entry that takes it.
void add_scarce(std::vector<Scenario>& all) {
  const Role both = at(scarce_stage(), node("both", {order("u", "one"), order("v", "one")}));
  const Sometimes either{.told = {"committed", "sold_out"}};
  all.push_back({.name = "two for the last slot",
                 .opening = funds(1, 1),
                 .sequence = scarce_stage(),
                 .roles = {both},
                 .faults = {.unknowns = 1, .unknowns_at = "scarce", .failures = 2},
                 .sometimes = either});
  all.push_back({.name = "two for the last slot, undisturbed",
                 .opening = funds(1, 1),
                 .sequence = scarce_stage(),
                 .roles = {both, at(scarce_stage(), buyer("v", "two"))},
                 .faults = {},
                 .sometimes = either});
  all.push_back({.name = "two for the last slot, another node",
                 .opening = funds(1, 2),
                 .sequence = scarce_stage(),
                 .roles = {both, at(scarce_stage(), buyer("v", "two"))},
                 .faults = {.failures = 1},
                 .sometimes = either});
}

/// What takes two kinds of faults, or more orders than go into one entry.
void add_limits(std::vector<Scenario>& all) {
  const std::vector<Order> three{order("u", "a"), order("u", "b"), order("u", "c")};
  std::vector<Order> four = three;
  four.push_back(order("u", "d"));
  all.push_back({.name = "batch of two against one",
                 .opening = funds(3, 1),
                 .roles = {node("three", three), buyer("v")},
                 .faults = {},
                 .sometimes = {.batch = true}});
  all.push_back({.name = "more orders than an entry takes",
                 .opening = {{account("u"), 9}},
                 .roles = {node("four", four), login("u")},
                 .faults = {.crashes = 1},
                 .sometimes = {.batch = true}});
  all.push_back({.name = "unanswered, then failing",
                 .opening = {{account("u"), 1}},
                 .roles = {buyer("u"), login("u")},
                 .faults = {.unknowns = 1, .failures = 3}});
  all.push_back({.name = "spilling, unanswered",
                 .opening = {{account("u"), 9}},
                 .before = {order("u", "a"), order("u", "b"), order("u", "c")},
                 .roles = {buyer("u", "d"), login("u")},
                 .faults = {.crashes = 1, .unknowns = 1}});
}

}  // namespace

std::set<Key> documents_of(const Scenario& scenario) {
  std::set<Key> keys;
  for (const auto& [key, balance] : scenario.opening) keys.insert(key);
  for (const Role& role : scenario.roles) {
    for (const Order& order : role.orders) {
      for (const Effect& effect : order.effects) keys.insert(effect.key);
    }
  }
  return keys;
}

Contents opening_contents(const Scenario& scenario) {
  Contents contents;
  contents.add(scenario.sequence.head(),
               write_head({.settings = {}, .tip = empty_tip(scenario.sequence)}));
  for (const auto& [key, balance] : scenario.opening) {
    Participant participant;
    participant.data = {{"balance", balance}};
    contents.add(key, write_participant(participant));
  }
  boost::asio::io_context io(1);
  for (const Order& order : scenario.before) run_alone(io, asking({order}), contents);
  return contents;
}

Scenario canary() {
  return {.name = "canary",
          .opening = {{account("u"), 1}},
          .roles = {buyer("u"), rogue("u")},
          .faults = {}};
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  add_drivers(all);
  add_accounts(all);
  add_stale_reads(all);
  add_faults(all);
  add_limits(all);
  add_scarce(all);
  add_recovery(all);
  add_patrol(all);
  add_documents(all);
  add_model_cases(all);
  return all;
}

}  // namespace posse::sim
