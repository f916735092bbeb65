/// The scenarios.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "sim/alone.h"
#include "sim/scenario.h"

namespace posse::sim {
namespace {

Key account(const std::string& name) {
  return Key{"account/" + name};
}

Order order(const std::string& owner, const std::string& request) {
  Order order;
  order.sequence = stage();
  order.guard = account(owner);
  order.request = request_key(order.guard.text(), request, Time{std::chrono::milliseconds{1000}});
  order.effects.push_back(add_effect(order.guard, "balance", -1, 0));
  return order;
}

/// One node that is asked for all of `orders` at once.
Role node(std::string name, std::vector<Order> orders) {
  return {.name = std::move(name), .script = asking(orders), .orders = orders};
}

/// Buys for 1.
Role buyer(const std::string& owner, const std::string& request = "once") {
  const std::string which = request == "once" ? "" : " " + request;
  return node("buyer " + owner + which, {order(owner, request)});
}

/// Asks for the same again, on a node of its own.
Role other_buyer(const std::string& owner) {
  return node("another buyer " + owner, {order(owner, "once")});
}

/// Moves 1.
Order transfer(const std::string& from, const std::string& to) {
  Order both = order(from, "to " + to);
  both.effects.push_back(add_effect(account(to), "balance", 1));
  return both;
}

Role transferrer(const std::string& from, const std::string& to) {
  return node(from + " to " + to, {transfer(from, to)});
}

Role recoverer(const std::string& name = "recoverer") {
  return {.name = name, .script = recovering(), .may_fail = false, .twin = "recoverer"};
}

Role login(const std::string& owner, const std::string& name = "login") {
  return {
      .name = name + " " + owner, .script = logging_in(account(owner)), .twin = "login " + owner};
}

Task<void> add_one(Actor actor, Key key) {
  Decision decision = [](Participant& participant) {
    participant.change("balance", 1);
    return Verdict::write;
  };
  const auto updated = co_await actor.journal.participants().update(key, std::move(decision));
  (void)updated;
}

/// Adds 1 beside the journal, as a harvest does.
Role depositor(const std::string& owner) {
  return {.name = "deposit " + owner,
          .script = [key = account(owner)](Actor actor) { return add_one(actor, key); },
          .may_fail = false,
          .account = account(owner),
          .deposit = 1};
}

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

std::map<Key, std::int64_t> funds(std::int64_t u, std::int64_t v) {
  return {{account("u"), u}, {account("v"), v}};
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
  all.push_back({.name = "batch of two against one",
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

}  // namespace

Contents opening_contents(const Scenario& scenario) {
  Contents contents;
  contents.add(stage().head(), write_head({.settings = {}, .tip = empty_tip(stage())}));
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
  return all;
}

}  // namespace posse::sim
