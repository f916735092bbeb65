/// What the explorer explores: documents, processes, and how much may go wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/order.h"
#include "sim/contents.h"
#include "sim/puppet.h"

namespace posse::sim {

/// The generic journal in which most scenarios happen: no watch list has it.
Sequence stage();

/// A sequence that is on the watch list while somebody claims in it.
Sequence watched_stage();

/// One that sells a single slot, and then refuses with `sold_out`.
Sequence scarce_stage();

/// How often each kind of fault may happen in one run.
struct Faults {
  int crashes = 0;            ///< A process stops for good, before any of its calls.
  int unknowns = 0;           ///< A write without an answer; it happens later, or never.
  std::string unknowns_at{};  ///< Only writes to keys that begin so.
  int failures = 0;           ///< A call that fails for certain.
  int slows = 0;              ///< Time passes while somebody waits for a call.
  int stales = 0;  ///< A read that shows what was there earlier, or denies an entry or receipt.

  bool are_none() const { return crashes + unknowns + failures + slows + stales == 0; }
};

/// One process.
struct Role {
  std::string name;
  Script script;
  std::vector<Order> orders{};  ///< What it is asked for.
  bool may_fail = true;         ///< Whether faults may happen to it.
  Key account{};                ///< Where it adds `deposit`, beside the journal,
  std::int64_t deposit = 0;     ///< once it has ended.

  /// Roles with the same one do the same, and it does not matter which of them did what. They ask
  /// for no orders.
  std::string twin{};
};

/// What some end must show, or the scenario does not reach what it is for.
struct Sometimes {
  bool fence = false;
  bool batch = false;
  std::vector<std::string> told{"committed"};
};

/// How many windows an operation may lose, and how many entries the first of them has.
struct Tries {
  std::uint64_t window_entries = 1;
  int attempts_max = 2;
};

/// How time passes: if it does not, all waits are over at once. Where it does, it passes in steps
/// of `tick` when all sleep, and while calls are slow; none takes longer than two steps.
struct Pace {
  Steady tick{};
  int ticks = 0;
};

struct Scenario {
  std::string name;
  std::map<Key, std::int64_t> opening;
  Sequence sequence{stage()};
  std::vector<Order> before{};  ///< Done with before the scenario begins.
  std::vector<Role> roles;
  std::vector<std::string> beginning{};  ///< The steps it begins with, as in a transcript.
  Faults faults;
  /// Whether a process's own calls may overtake each other. If not, they are answered in their
  /// order, and only those of different processes in every order.
  bool overtaking = false;
  Sometimes sometimes{};
  Tries tries{};
  Pace pace{};
  std::vector<Script> afterwards{};  ///< Done last, one after the other.
  std::set<std::string> members{};   ///< Who belongs to the posse then, if that matters.
  std::string before_is{"before"};   ///< What summaries call the orders done before.
  std::string model_case{};          ///< Of the reference model, if it shows a part of one.
};

/// All scenarios.
std::vector<Scenario> all_scenarios();

/// One whose processes break a rule: an explorer that finds nothing wrong with it is blind.
Scenario canary();

/// Those it begins with and those its orders name.
std::set<Key> documents_of(const Scenario& scenario);

/// The documents a scenario begins with.
Contents opening_contents(const Scenario& scenario);

/// What a reader of two moments at once tells.
inline constexpr const char* torn = "torn";

/// Reads documents as those of one moment.
Script reading(std::vector<Key> keys);

/// A process that finishes what others left; one that resolves every hold on `key`; one that asks
/// for all of `orders` at once.
Script recovering(Sequence sequence);
Script logging_in(Key key);
Script asking(std::vector<Order> orders);

/// Asks for one order and notes what was told.
Task<void> ask(Actor actor, Order order);

}  // namespace posse::sim
