/// Scenarios of whole documents: two and three of them, set, created and removed together.
// SPDX-License-Identifier: Apache-2.0
#include "sim/roles.h"
#include "sim/scenario.h"

namespace posse::sim {
namespace {

const Key u = account("u");
const Key v = account("v");
const Key w = account("w");

/// Writers that wait for each other fence each other's windows here, since no time passes; with
/// another attempt each there are too many orders of it to try them all.
constexpr Tries once{.window_entries = 1, .attempts_max = 1};

void add_pairs(std::vector<Scenario>& all) {
  all.push_back(
      {.name = "documents, opposite orders",
       .opening = funds(1, 1),
       .roles = {changer("u and v", {set_effect(u, content(2)), set_effect(v, content(2))}),
                 changer("v and u", {set_effect(v, content(3)), set_effect(u, content(3))})},
       .faults = {.crashes = 1},
       .tries = once});
  all.push_back({.name = "documents, both as they were read",
                 .opening = funds(1, 1),
                 .roles = {changer("one", {set_effect(u, content(2), state_of(1)),
                                           check_effect(v, state_of(1))}),
                           changer("two", {check_effect(u, state_of(1)),
                                           set_effect(v, content(2), state_of(1))})},
                 .faults = {.crashes = 1},
                 .sometimes = {.told = {"committed", "changed"}},
                 .tries = once});
  all.push_back({.name = "documents, set against transfer",
                 .opening = funds(1, 1),
                 .roles = {changer("set", {set_effect(u, content(3)), set_effect(v, content(3))}),
                           transferrer("u", "v")},
                 .faults = {.crashes = 1},
                 .tries = once});
  all.push_back({.name = "documents, a shared one",
                 .opening = funds(1, 1),
                 .roles = {changer("one", {set_effect(u, content(2)), set_effect(v, content(2))}),
                           changer("two", {set_effect(v, content(3))}), recoverer()},
                 .faults = {.crashes = 1},
                 .tries = once});
  all.push_back(
      {.name = "documents, two that create the same",
       .opening = {{u, 1}},
       .roles = {changer("one", {set_effect(u, content(2)), create_effect(w, content(2))}),
                 changer("two", {create_effect(w, content(3))})},
       .faults = {.crashes = 1},
       .sometimes = {.told = {"committed", "exists"}},
       .tries = once});
  all.push_back({.name = "documents, removed against set",
                 .opening = funds(1, 1),
                 .roles = {changer("one", {remove_effect(u), set_effect(v, content(2))}),
                           changer("two", {set_effect(u, content(3))})},
                 .faults = {.crashes = 1},
                 .sometimes = {.told = {"committed", "missing"}},
                 .tries = once});
}

void add_faulty(std::vector<Scenario>& all) {
  all.push_back({.name = "documents, stale reads",
                 .opening = funds(1, 1),
                 .roles = {changer("one", {set_effect(u, content(2)), set_effect(v, content(2))}),
                           login("v")},
                 .faults = {.crashes = 1, .stales = 1}});
  all.push_back(
      {.name = "documents, stale reads, created",
       .opening = {{u, 1}},
       .roles = {changer("one", {create_effect(w, content(2)), set_effect(u, content(2))}),
                 login("w")},
       .faults = {.crashes = 1, .stales = 1}});
  all.push_back(
      {.name = "documents, unanswered writes",
       .opening = {{u, 1}},
       .roles = {changer("one", {create_effect(w, content(2)), set_effect(u, content(2))}),
                 login("w")},
       .faults = {.crashes = 1, .unknowns = 1},
       .sometimes = {.fence = true}});
}

void add_threes(std::vector<Scenario>& all) {
  const std::vector<Effect> three{set_effect(u, content(2)), check_effect(v, state_of(1)),
                                  create_effect(w, content(2))};
  all.push_back({.name = "three documents",
                 .opening = funds(1, 1),
                 .roles = {changer("three", three), recoverer()},
                 .faults = {.crashes = 1}});
  all.push_back({.name = "three documents against two",
                 .opening = funds(1, 1),
                 .roles = {changer("three", three), changer("two", {set_effect(v, content(3)),
                                                                    create_effect(w, content(3))})},
                 .faults = {.crashes = 1},
                 .sometimes = {.told = {"committed", "changed", "exists"}},
                 .tries = once});
  all.push_back({.name = "three documents, a posse",
                 .opening = funds(1, 1),
                 .roles = {changer("three", three), login("u"), login("w")},
                 .faults = {},
                 .sometimes = {.fence = true},
                 .tries = once});
}

/// What is done depends on what is found.
void add_plans(std::vector<Scenario>& all) {
  all.push_back({.name = "documents, chosen by what is there",
                 .opening = funds(1, 5),
                 .roles = {planner("one", {u, v}), planner("two", {u, v})},
                 .faults = {.crashes = 1},
                 .tries = once});
  all.push_back({.name = "documents, chosen against transfer",
                 .opening = funds(1, 5),
                 .roles = {planner("one", {u, v}), transferrer("u", "v")},
                 .faults = {.crashes = 1},
                 .tries = once});
  all.push_back({.name = "documents, chosen, stale reads",
                 .opening = funds(1, 5),
                 .roles = {planner("one", {u}), changer("two", {set_effect(u, content(3))})},
                 .faults = {.stales = 1},
                 .tries = once});
  all.push_back({.name = "documents, chosen, unanswered writes",
                 .opening = funds(1, 5),
                 .roles = {planner("one", {u, v}), login("v")},
                 .faults = {.crashes = 1, .unknowns = 1},
                 .tries = once});
  all.push_back({.name = "documents, two plans of one node",
                 .opening = funds(1, 5),
                 .roles = {node("both", {plan("one", {u, v}), plan("two", {v})}), recoverer()},
                 .faults = {.crashes = 1},
                 .tries = once});
}

/// Who reads several sees one moment.
void add_readers(std::vector<Scenario>& all) {
  const std::vector<Effect> both{set_effect(u, content(2)), set_effect(v, content(2))};
  all.push_back({.name = "documents, read together",
                 .opening = funds(1, 1),
                 .roles = {changer("both", both), reader({u, v})},
                 .faults = {.crashes = 1},
                 .sometimes = {.told = {"committed", "read"}},
                 .tries = once});
}

}  // namespace

void add_documents(std::vector<Scenario>& all) {
  add_pairs(all);
  add_faulty(all);
  add_threes(all);
  add_plans(all);
  add_readers(all);
}

}  // namespace posse::sim
