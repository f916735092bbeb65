/// Tests of processes that die at any call while they change documents or read them.
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "documents_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// Swaps the contents of two documents: one is set, the other one created.
Change swap_change() {
  return {.request = "swap",
          .effects = {set_effect(x, {{"n", 2}}), create_effect(y, {{"n", 1}})},
          .note = {}};
}

/// The same, of what is found.
Plan swap_plan() {
  const auto choose = [](const std::vector<Reading>& found) -> std::variant<Choice, Refusal> {
    boost::json::object value = *found[0].value;
    return Choice{.effects = {set_effect(x, {{"n", 2}}), create_effect(y, std::move(value))}};
  };
  return {.request = "swap", .keys = {x, y}, .choose = choose};
}

void prepare(World& world) {
  Process process(world, 40);
  process.change({.effects = {create_effect(x, {{"n", 1}})}});
}

/// Runs `body` with a process that dies at call `call`; then another one finds everything whole,
/// and nobody is stuck.
template <class Body>
void die_at(int call, LastCall last, Body body) {
  SCOPED_TRACE("dies at call " + std::to_string(call));
  World world;
  prepare(world);
  std::optional<Result<Fate>> fate;
  std::optional<Result<std::vector<Reading>>> readings;
  Process dying(world);
  dying.store.die_at(call, last);
  body(dying, &fate, &readings);
  world.pass(300ms);
  const bool was_told = fate && *fate && std::holds_alternative<Happened>(**fate);

  Process other(world, 2);
  const auto before = other.read({x, y});
  const bool has_happened = before[1].value.has_value();
  EXPECT_EQ(before[0].value->at("n"), has_happened ? 2 : 1);
  EXPECT_TRUE(has_happened || !was_told);
  const Fate again = other.change(swap_change());
  ASSERT_TRUE(std::holds_alternative<Happened>(again)) << refusal_code(again);
  EXPECT_EQ(std::get<Happened>(again).repeated, has_happened);
  const auto after = other.read({x, y});
  EXPECT_EQ(after[0].value->at("n"), 2);
  EXPECT_EQ(after[1].value->at("n"), 1);
}

int calls_of_a_swap() {
  World world;
  prepare(world);
  Process process(world);
  process.change(swap_change());
  process.close();
  return process.store.calls();
}

TEST(DocumentsCrash, AtEveryCallOfAChangeLeavesAllOfItOrNothing) {
  const int calls = calls_of_a_swap();
  EXPECT_GE(calls, 10);
  for (int call = 0; call < calls; ++call) {
    for (const auto last : {LastCall::lost, LastCall::applied}) {
      die_at(call, last, [](Process& process, auto* fate, auto* /*readings*/) {
        process.start(swap_change(), fate);
      });
    }
  }
}

TEST(DocumentsCrash, AtEveryCallOfAPlanLeavesAllOfItOrNothing) {
  for (int call = 0; call < calls_of_a_swap() + 2; ++call) {  // it reads what it holds
    for (const auto last : {LastCall::lost, LastCall::applied}) {
      die_at(call, last, [](Process& process, auto* fate, auto* /*readings*/) {
        process.start(swap_plan(), fate);
      });
    }
  }
}

TEST(DocumentsCrash, AtEveryCallOfAWriterInAQueueLeavesNobodyStuck) {
  for (int call = 0; call < 40; ++call) {
    for (const auto last : {LastCall::lost, LastCall::applied}) {
      die_at(call, last, [](Process& process, auto* fate, auto* readings) {
        // Two in a queue, and a reader that has to take its turn behind them.
        std::optional<Result<Fate>> first;
        process.start(Change{.effects = {{.key = x, .kind = "check", .details = {}}}}, &first);
        process.start(swap_change(), fate);
        process.start_read({x, y}, readings);
        process.world.pass(100ms);
        process.store.die_at(0, LastCall::lost);
        process.close();
      });
    }
  }
}

}  // namespace
}  // namespace posse
