/// Making roles.
// SPDX-License-Identifier: Apache-2.0
#include "sim/roles.h"

#include <algorithm>
#include <utility>

namespace posse::sim {
namespace {

Task<void> add_one(Actor actor, Key key) {
  Decision decision = [](Participant& participant) {
    participant.change("balance", 1);
    return Verdict::write;
  };
  const auto updated = co_await actor.journal.participants().update(key, std::move(decision));
  (void)updated;
}

}  // namespace

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

Role node(std::string name, std::vector<Order> orders) {
  return {.name = std::move(name), .script = asking(orders), .orders = orders};
}

Role buyer(const std::string& owner, const std::string& request) {
  const std::string which = request == "once" ? "" : " " + request;
  return node("buyer " + owner + which, {order(owner, request)});
}

Role other_buyer(const std::string& owner) {
  return node("another buyer " + owner, {order(owner, "once")});
}

Order transfer(const std::string& from, const std::string& to) {
  Order both = order(from, "to " + to);
  both.effects.push_back(add_effect(account(to), "balance", 1));
  return both;
}

Order change(const std::string& request, std::vector<Effect> effects) {
  Order order;
  order.sequence = stage();
  order.guard = effects.front().key;
  for (const Effect& effect : effects) order.guard = std::min(order.guard, effect.key);
  order.request = request_key("documents", request, Time{std::chrono::milliseconds{1000}});
  order.effects = std::move(effects);
  return order;
}

Role changer(const std::string& name, std::vector<Effect> effects) {
  return node(name, {change(name, std::move(effects))});
}

Order plan(const std::string& request, std::vector<Key> keys) {
  std::sort(keys.begin(), keys.end());
  std::vector<Effect> checks;
  for (const Key& key : keys) checks.push_back({.key = key, .kind = "check", .details = {}});
  Order order = change(request, std::move(checks));
  order.choose =
      [keys](const std::vector<Participant>& found) -> std::variant<ChosenEffects, Refusal> {
    ChosenEffects chosen;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Participant& next = found[(i + 1) % keys.size()];
      chosen.effects.push_back(
          set_effect(keys[i], content(next.value("balance") + 1), found[i].state()));
    }
    return chosen;
  };
  return order;
}

Role planner(const std::string& name, std::vector<Key> keys) {
  return node(name, {plan(name, std::move(keys))});
}

Role reader(std::vector<Key> keys) {
  return {.name = "reader", .script = reading(std::move(keys))};
}

boost::json::object content(std::int64_t balance) {
  return {{"balance", balance}};
}

State state_of(std::int64_t balance) {
  Participant participant;
  participant.data = content(balance);
  return participant.state();
}

Role transferrer(const std::string& from, const std::string& to) {
  return node(from + " to " + to, {transfer(from, to)});
}

Role recoverer(const std::string& name) {
  return {.name = name, .script = recovering(stage()), .may_fail = false, .twin = "recoverer"};
}

Role login(const std::string& owner, const std::string& name) {
  return {
      .name = name + " " + owner, .script = logging_in(account(owner)), .twin = "login " + owner};
}

Role depositor(const std::string& owner) {
  return {.name = "deposit " + owner,
          .script = [key = account(owner)](Actor actor) { return add_one(actor, key); },
          .account = account(owner),
          .deposit = 1};
}

std::map<Key, std::int64_t> funds(std::int64_t u, std::int64_t v) {
  return {{account("u"), u}, {account("v"), v}};
}

Role at(Sequence sequence, Role role) {
  for (Order& order : role.orders) order.sequence = sequence;
  role.script = asking(role.orders);
  return role;
}

}  // namespace posse::sim
