/// Who takes part in scenarios.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario.h"

namespace posse::sim {

Key account(const std::string& name);

/// What u and v begin with.
std::map<Key, std::int64_t> funds(std::int64_t u, std::int64_t v);

/// Takes 1 from `owner`; the same `request` is the same order.
Order order(const std::string& owner, const std::string& request);

/// Moves 1.
Order transfer(const std::string& from, const std::string& to);

/// One node that is asked for all of `orders` at once.
Role node(std::string name, std::vector<Order> orders);

/// Buys for 1.
Role buyer(const std::string& owner, const std::string& request = "once");

/// Asks for the same again, on a node of its own.
Role other_buyer(const std::string& owner);

/// An order for several documents as a whole; its guard is the first of them.
Order change(const std::string& request, std::vector<Effect> effects);
Role changer(const std::string& name, std::vector<Effect> effects);

/// Sets the documents at `keys` by what it finds there: each gets one more than the next one had.
/// Its effects say what it has seen.
Order plan(const std::string& request, std::vector<Key> keys);
Role planner(const std::string& name, std::vector<Key> keys);

/// Reads documents that everybody sets together, to the same.
Role reader(std::vector<Key> keys);

/// A document with so much in it.
boost::json::object content(std::int64_t balance);
State state_of(std::int64_t balance);

Role transferrer(const std::string& from, const std::string& to);

Role recoverer(const std::string& name = "recoverer");

Role login(const std::string& owner, const std::string& name = "login");

/// Adds 1 beside the journal, as a harvest does. Whether an unanswered write happened it cannot
/// tell, so only crashes may happen to it.
Role depositor(const std::string& owner);

/// The same, in `sequence` instead of the stage.
Role at(Sequence sequence, Role role);

/// Scenarios by theme, each file its own.
void add_documents(std::vector<Scenario>& all);
void add_model_cases(std::vector<Scenario>& all);
void add_patrol(std::vector<Scenario>& all);
void add_recovery(std::vector<Scenario>& all);

}  // namespace posse::sim
