/// The watch list and the membership, in time.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <utility>

#include "patrol/membership.h"
#include "patrol/round.h"
#include "sim/roles.h"

namespace posse::sim {
namespace {

/// Longer than any call may take: half a minute is three of them, the time between two beats half.
constexpr Steady tick{10000};
constexpr Steady beat_tick{5000};

Order watched_order(const std::string& owner, const std::string& request) {
  Order watched = order(owner, request);
  watched.sequence = watched_stage();
  return watched;
}

/// Buys, and a while later buys again.
Task<void> buy_again(Actor actor, std::vector<Order> orders, Steady pause) {
  for (const Order& order : orders) {
    co_await ask(actor, order);
    if (order.request.bytes != orders.back().request.bytes) co_await actor.clock.sleep(pause);
  }
}

Role regular(const std::string& owner, std::vector<std::string> requests, Steady pause) {
  std::vector<Order> orders;
  orders.reserve(requests.size());
  for (const auto& request : requests) orders.push_back(watched_order(owner, request));
  return {.name = "regular " + owner,
          .script = [orders, pause](Actor actor) { return buy_again(actor, orders, pause); },
          .orders = orders};
}

Task<void> buy_later(Actor actor, Order order, Steady pause) {
  co_await actor.clock.sleep(pause);
  co_await ask(actor, std::move(order));
}

Role late(const std::string& owner, Steady pause) {
  const Order order = watched_order(owner, "late");
  return {.name = "late " + owner,
          .script = [order, pause](Actor actor) { return buy_later(actor, order, pause); },
          .orders = {order}};
}

/// What Patrol does with one document of the watch list, in each of its passes.
Task<void> walk(Actor actor, std::vector<Steady> pauses) {
  const std::size_t shard = shard_of(watched_stage());
  Round round(actor.journal.sequences(), actor.journal.finisher(), actor.clock);
  for (const Steady pause : pauses) {
    if (pause > Steady{}) co_await actor.clock.sleep(pause);
    const auto listed = co_await actor.watch_list.list(shard);
    if (!listed) continue;
    std::vector<Watched> quiet;
    for (const Watched& one : *listed) {
      const auto found = co_await round.run(one.sequence);
      if (!found.failure && found.quiet) quiet.push_back(one);
    }
    const auto taken_off = co_await actor.watch_list.take_off(shard, std::move(quiet));
    (void)taken_off;  // the next pass takes off what this one could not
  }
}

/// Looks after `first`, and again when what is quiet may be taken off.
Role walker(Steady first) {
  const std::vector<Steady> pauses{first, quiet_after};
  return {.name = "walker",
          .script = [pauses](Actor actor) { return walk(actor, pauses); },
          .may_fail = false};
}

Task<void> beat(Actor actor, std::string node, std::vector<Steady> pauses) {
  Membership membership({actor.store, actor.clock, actor.random}, std::move(node));
  for (const Steady pause : pauses) {
    const auto beaten = co_await membership.beat();
    (void)beaten;  // the next beat makes good for it
    co_await actor.clock.sleep(pause);
  }
  const auto last = co_await membership.beat();
  (void)last;
}

Script beating(const std::string& node, std::vector<Steady> pauses) {
  return [node, pauses](Actor actor) { return beat(actor, node, pauses); };
}

Role member(const std::string& node, std::vector<Steady> pauses) {
  return {.name = node, .script = beating(node, std::move(pauses))};
}

Scenario on_watched_stage(Scenario scenario, int ticks) {
  scenario.sequence = watched_stage();
  scenario.pace = {.tick = tick, .ticks = ticks};
  return scenario;
}

void add_watch_list(std::vector<Scenario>& all) {
  all.push_back(on_watched_stage(
      {.name = "watch list, announced by two",
       .opening = funds(1, 1),
       .roles = {at(watched_stage(), buyer("u")), at(watched_stage(), buyer("v"))},
       .faults = {.crashes = 1, .unknowns = 1, .unknowns_at = "watch/", .stales = 0},
       .tries = {.attempts_max = 1}},
      0));
  all.push_back(
      on_watched_stage({.name = "watch list, claimed again relying on the first announcement",
                        .opening = {{account("u"), 2}},
                        .roles = {regular("u", {"one", "two"}, 2 * tick), walker(tick)},
                        .faults = {.crashes = 1, .slows = 2},
                        .tries = {.attempts_max = 1}},
                       9));
  all.push_back(on_watched_stage(
      {.name = "watch list, announced again while it is taken off",
       .opening = {{account("u"), 2}},
       .before = {watched_order("u", "one")},
       .roles = {late("u", 6 * tick), walker({})},
       .faults = {.crashes = 1, .unknowns = 1, .unknowns_at = "watch/", .slows = 1, .stales = 1},
       .tries = {.attempts_max = 1}},
      8));
}

void add_members(std::vector<Scenario>& all) {
  const Scenario taken_for_dead{
      .name = "members, one is taken for dead and comes back",
      .opening = {},
      .roles = {member("a", {3 * beat_tick, beat_tick}), member("b", {4 * beat_tick})},
      .faults = {.unknowns = 1, .slows = 2},
      .sometimes = {.fence = false, .told = {}},
      .pace = {.tick = beat_tick, .ticks = 5},
      .afterwards = {beating("a", {}), beating("b", {})},
      .members = {"a", "b"}};
  all.push_back(taken_for_dead);
  all.push_back(taken_for_dead);
  all.back().name = "members, reads show the past";
  all.back().faults = {.crashes = 1, .slows = 1, .stales = 1};
}

}  // namespace

void add_patrol(std::vector<Scenario>& all) {
  add_watch_list(all);
  add_members(all);
}

}  // namespace posse::sim
