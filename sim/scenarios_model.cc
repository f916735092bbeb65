/// The cases of the reference model, by its names: sim/model_ends.txt has the ends it reaches.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sim/roles.h"

namespace posse::sim {
namespace {

/// A case of the model, whose drivers have one window each; who loses it gives up. Four processes
/// have too many states, so such a case is shown in parts. Where the model gives up what production
/// tries again, production may crash once more than the model.
class Case {
 public:
  Case(std::string name, std::uint64_t window_entries, std::map<Key, std::int64_t> opening,
       Faults faults)
      : name_(std::move(name)),
        window_entries_(window_entries),
        opening_(std::move(opening)),
        faults_(std::move(faults)) {}

  Scenario with(const std::string& part, std::vector<Role> roles) const {
    return {.name = "model, " + name_ + (part.empty() ? "" : ", " + part),
            .opening = opening_,
            .roles = std::move(roles),
            .faults = faults_,
            .sometimes = {.fence = false, .told = {}},
            .tries = {.window_entries = window_entries_, .attempts_max = 1},
            .model_case = name_};
  }

 private:
  std::string name_;
  std::uint64_t window_entries_;
  std::map<Key, std::int64_t> opening_;
  Faults faults_;
};

/// Both tabs and a login, from where the login has fenced the first place of one tab.
void add_fenced_tab(const Case& poor, const std::string& tab, std::vector<Scenario>& all) {
  all.push_back(poor.with("a login that has fenced " + tab,
                          {buyer("u", "one"), buyer("u", "two"), login("u")}));
  for (const std::string step : {"get journal/0", "get journal/0/entry/000000000001 (nothing)",
                                 "get account/u", "cas account/u"}) {
    std::string whole = "buyer u ";
    all.back().beginning.push_back(whole.append(tab).append(": ").append(step));
  }
  for (const std::string step :
       {"get account/u", "get journal/0/entry/000000000001 (nothing)", "get account/u",
        "sleep 5 ms", "get journal/0/entry/000000000001 (nothing)", "get account/u",
        "get journal/0", "add journal/0/entry/000000000001"}) {
    all.back().beginning.push_back("login u: " + step);
  }
}

void add_drivers(std::vector<Scenario>& all) {
  const Case one_entry("two drivers, window 1", 1, funds(2, 2), {.crashes = 1});
  all.push_back(one_entry.with("", {buyer("u"), buyer("v"), recoverer()}));
  const Case two_entries("two drivers, window 2", 2, funds(2, 2), {.crashes = 1});
  all.push_back(two_entries.with("", {buyer("u"), buyer("v"), recoverer()}));

  const Case posses("two posses", 1, funds(2, 2), {.crashes = 1});
  all.push_back(posses.with("both drivers", {buyer("u"), buyer("v"), recoverer()}));
  all.push_back(
      posses.with("both posses", {buyer("u"), recoverer(), recoverer("another recoverer")}));

  // On a watched sequence the announcement gives the second operation the time to come along.
  const Case batch("batch of two against one", 2, funds(3, 2), {.crashes = 1});
  const auto both = at(watched_stage(), node("both", {order("u", "one"), order("v", "one")}));
  all.push_back(batch.with("", {both, at(watched_stage(), buyer("u", "two"))}));
  all.back().sequence = watched_stage();

  const Case poor("same user, two tabs, poor", 2, {{account("u"), 1}}, {.crashes = 2});
  all.push_back(poor.with("tabs", {buyer("u", "one"), buyer("u", "two")}));
  all.push_back(poor.with("one and a login", {buyer("u", "one"), login("u")}));
  all.push_back(poor.with("two and a login", {buyer("u", "two"), login("u")}));
  add_fenced_tab(poor, "one", all);
  add_fenced_tab(poor, "two", all);
  all.push_back(poor.with("a posse", {buyer("u", "one"), buyer("u", "two"), recoverer()}));
}

void add_logins(std::vector<Scenario>& all) {
  const Case slow("login fences a slow driver", 2, {{account("u"), 1}}, {.crashes = 1});
  all.push_back(slow.with("a posse", {buyer("u"), login("u"), recoverer()}));
  all.push_back(slow.with("two logins", {buyer("u"), login("u"), login("u", "another login")}));

  const Case two("login against two drivers", 1, funds(1, 1), {.crashes = 1});
  all.push_back(two.with("both drivers", {buyer("u"), buyer("v"), login("u")}));
  all.push_back(two.with("a posse", {buyer("u"), login("u"), recoverer()}));
  all.push_back(two.with("a posse for both", {buyer("u"), buyer("v"), recoverer()}));

  const Case deposit("deposit in between", 1, funds(2, 2), {.crashes = 1});
  all.push_back(deposit.with("", {buyer("u"), depositor("u"), login("u"), recoverer()}));
}

void add_transfers(std::vector<Scenario>& all) {
  const Case one("transfer", 1, funds(1, 0), {.crashes = 2});
  all.push_back(one.with("", {transferrer("u", "v"), login("v"), recoverer()}));

  const Case purchase("transfer against purchase", 1, funds(1, 1), {.crashes = 1});
  all.push_back(purchase.with("", {transferrer("u", "v"), buyer("v"), recoverer()}));

  const Case opposite("opposite transfers", 1, funds(1, 1), {.crashes = 2});
  all.push_back(opposite.with("both", {transferrer("u", "v"), transferrer("v", "u")}));
  all.push_back(opposite.with("u to v", {transferrer("u", "v"), login("u")}));
  all.push_back(opposite.with("v to u", {transferrer("v", "u"), login("u")}));
  // One of them is through before the other begins.
  all.push_back(opposite.with("v to u later", {transferrer("v", "u"), login("u")}));
  all.back().before = {transfer("u", "v")};
  all.back().before_is = "u to v";
  all.push_back(opposite.with("u to v later", {transferrer("u", "v"), login("u")}));
  all.back().before = {transfer("v", "u")};
  all.back().before_is = "v to u";
}

void add_stale_reads(std::vector<Scenario>& all) {
  const Case purchase("stale reads, purchase", 1, {{account("u"), 2}}, {.crashes = 1, .stales = 2});
  all.push_back(purchase.with("", {buyer("u"), login("u"), recoverer()}));
  const Case drivers("stale reads, two drivers", 1, funds(2, 2), {.crashes = 1, .stales = 1});
  all.push_back(drivers.with("", {buyer("u"), buyer("v"), recoverer()}));
  const Case transfer("stale reads, transfer", 1, funds(1, 0), {.crashes = 1, .stales = 2});
  all.push_back(transfer.with("", {transferrer("u", "v"), recoverer()}));
}

}  // namespace

void add_model_cases(std::vector<Scenario>& all) {
  add_drivers(all);
  add_logins(all);
  add_transfers(all);
  add_stale_reads(all);
}

}  // namespace posse::sim
