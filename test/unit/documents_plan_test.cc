/// Tests of changes that depend on what is there.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "documents_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

using Answer = std::variant<Choice, Refusal>;

std::int64_t number_of(const Reading& reading) {
  return reading.value ? reading.value->at("n").as_int64() : 0;
}

/// Creates it, or sets it.
Effect put(const Key& key, const Reading& before, std::int64_t n) {
  boost::json::object value{{"n", n}};
  return before.value ? set_effect(key, std::move(value)) : create_effect(key, std::move(value));
}

/// Moves `amount` from one document to the other, if there is enough.
Plan move_plan(const Key& from, const Key& to, std::int64_t amount) {
  const auto choose = [=](const std::vector<Reading>& found) -> Answer {
    if (number_of(found[0]) < amount)
      return Refusal{.code = "poor", .detail = "there is not enough", .more = {}};
    return Choice{.effects = {put(from, found[0], number_of(found[0]) - amount),
                              put(to, found[1], number_of(found[1]) + amount)},
                  .note = {{"moved", amount}}};
  };
  return {.keys = {from, to}, .choose = choose};
}

Plan choosing(std::vector<Key> keys, std::vector<Effect> effects) {
  return {.keys = std::move(keys), .choose = [effects](const auto& /*found*/) -> Answer {
            return Choice{.effects = effects};
          }};
}

class DocumentsPlan : public ::testing::Test {
 protected:
  DocumentsPlan() { process.change({.effects = {create_effect(x, {{"n", 100}})}}); }

  std::string code(Plan plan) { return refusal_code(process.change(std::move(plan))); }
  bool happens(Plan plan) {
    return std::holds_alternative<Happened>(process.change(std::move(plan)));
  }

  World world;
  Process process{world};
};

TEST_F(DocumentsPlan, ChoosesByWhatIsThere) {
  EXPECT_TRUE(happens(move_plan(x, y, 30)));
  EXPECT_TRUE(happens(move_plan(y, x, 10)));  // shown in its own order, not that of the keys
  const auto both = process.read({x, y});
  EXPECT_EQ(number_of(both[0]), 80);
  EXPECT_EQ(number_of(both[1]), 20);
}

TEST_F(DocumentsPlan, CanRefuseAndThenNothingIsHeld) {  // I9
  EXPECT_EQ(code(move_plan(x, y, 101)), "poor");
  const Steady before = world.clock.steady();
  EXPECT_EQ(number_of(process.read({x}).front()), 100);
  EXPECT_EQ(process.value(y), nullptr);
  EXPECT_EQ(world.clock.steady(), before);
}

// Each reads and writes the same two documents: nobody's change is lost, nobody need ask again.
TEST_F(DocumentsPlan, ManyOfManyProcessesNeverLoseAChange) {  // S12 I12
  Process other(world, 2);
  Process third(world, 3);
  std::vector<std::optional<Result<Fate>>> fates(60);
  for (std::size_t i = 0; i < fates.size(); i += 3) {
    process.start(move_plan(x, y, 1), &fates[i]);
    other.start(move_plan(x, y, 1), &fates[i + 1]);
    third.start(move_plan(x, y, 1), &fates[i + 2]);
  }
  world.pass(60s);
  std::int64_t moved = 0;
  for (const auto& fate : fates) {
    ASSERT_TRUE(fate && *fate);
    if (std::holds_alternative<Happened>(**fate)) ++moved;
  }
  const auto both = process.read({x, y});
  EXPECT_EQ(number_of(both[0]), 100 - moved);
  EXPECT_EQ(number_of(both[1]), moved);
  EXPECT_GE(moved, 30);  // the others waited for longer than they are answered within
}

// More than a document takes holds: of one process, one at a time stands in its queue.
TEST_F(DocumentsPlan, ManyOfOneProcessAllHappen) {
  std::vector<std::optional<Result<Fate>>> fates(100);
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    if (call != "get") co_await world.clock.sleep(1ms);
  };
  for (auto& fate : fates) process.start(move_plan(x, y, 1), &fate);
  std::size_t holds = 0;
  for (int steps = 0; steps < 2000; ++steps) {
    world.pass(1ms);
    holds = std::max(holds, world.participant(x).holds.size());
  }
  EXPECT_EQ(holds, 1U);
  for (const auto& fate : fates) {
    ASSERT_TRUE(fate && *fate);
    EXPECT_TRUE(std::holds_alternative<Happened>(**fate)) << refusal_code(**fate);
  }
  EXPECT_EQ(number_of(process.read({y}).front()), 100);
}

TEST_F(DocumentsPlan, ARequestHappensOnceWhoeverAsks) {  // S12 I2
  Plan plan = move_plan(x, y, 60);
  plan.request = "once";
  EXPECT_TRUE(happens(plan));
  Process other(world, 2);
  const Fate again = other.change(plan);  // it would be refused now
  ASSERT_TRUE(std::holds_alternative<Happened>(again)) << refusal_code(again);
  EXPECT_TRUE(std::get<Happened>(again).repeated);
  EXPECT_EQ(std::get<Happened>(again).note.at("moved"), 60);
  Plan another = choosing({x}, {});
  another.request = "once";
  EXPECT_EQ(refusal_code(other.change(another)), "request_reused");
}

TEST_F(DocumentsPlan, MayLeaveDocumentsAsTheyAre) {
  EXPECT_TRUE(happens(choosing({x, y}, {})));
  EXPECT_TRUE(happens(choosing({x, y}, {set_effect(x, {{"n", 1}})})));
  EXPECT_EQ(number_of(process.read({x}).front()), 1);
  EXPECT_EQ(process.value(y), nullptr);
}

TEST_F(DocumentsPlan, WhatChooseThrowsIsARefusalAndNothingStaysHeld) {  // I9
  Plan plan{.keys = {x}, .choose = [](const auto& found) -> Answer {
              return Choice{.effects = {set_effect(x, found[0].value->at("none").as_object())}};
            }};
  EXPECT_EQ(code(plan), "threw");
  const Steady before = world.clock.steady();
  EXPECT_TRUE(happens(choosing({x}, {set_effect(x, {{"n", 2}})})));
  EXPECT_EQ(number_of(process.read({x}).front()), 2);
  EXPECT_LT(world.clock.steady() - before, 100ms);
}

// It would leave through the executor, with the documents held and the caller waiting for ever.
TEST_F(DocumentsPlan, WhatChooseThrowsNeedBeNoException) {  // I9
  Plan plan{.keys = {x}, .choose = [](const auto& /*found*/) -> Answer {
              throw 42;  // NOLINT(hicpp-exception-baseclass): somebody's code does
            }};
  EXPECT_EQ(code(plan), "threw");
  EXPECT_TRUE(happens(choosing({x}, {set_effect(x, {{"n", 2}})})));
}

/// Asks for a plan, and is cancelled after `pause`.
Task<void> ask_and_give_up(Process* process, Plan plan, std::chrono::milliseconds pause) {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (process->documents.atomically(std::move(plan)) || process->world.clock.sleep(pause));
}

Task<void> give_up_quietly(Process* process, Plan plan, std::chrono::milliseconds pause) {
  try {
    co_await ask_and_give_up(process, std::move(plan), pause);
  } catch (const boost::system::system_error&) {  // Asio's way to say that one was cancelled
  }
}

TEST_F(DocumentsPlan, WhoGivesUpWaitingLeavesNothingHeld) {  // I9
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    if (call != "get") co_await world.clock.sleep(1ms);
  };
  for (int pause = 0; pause < 12; ++pause) {
    world.run(give_up_quietly(&process, move_plan(x, y, 1), std::chrono::milliseconds{pause}));
    const Steady before = world.clock.steady();
    EXPECT_TRUE(happens(move_plan(x, y, 1))) << pause;
    EXPECT_LT(world.clock.steady() - before, 200ms);
  }
  const auto both = process.read({x, y});
  EXPECT_EQ(number_of(both[0]) + number_of(both[1]), 100);
}

TEST_F(DocumentsPlan, WhatCannotBeChosenIsRefusedInWords) {
  EXPECT_EQ(code({}), "malformed");
  EXPECT_EQ(code(choosing({}, {})), "malformed");
  EXPECT_EQ(code(choosing({x, x}, {})), "malformed");
  EXPECT_EQ(code(choosing({Key{"account/ann"}}, {})), "malformed");
  EXPECT_EQ(code(choosing({x}, {add_effect(x, "n", 1)})), "malformed");
  EXPECT_EQ(code(choosing({x}, {create_effect(y, {})})), "malformed");
  EXPECT_EQ(code(choosing({x}, {set_effect(x, {}), remove_effect(x)})), "malformed");
  EXPECT_EQ(code(choosing({x}, {{.key = x, .kind = "teleport", .details = {}}})), "malformed");
  EXPECT_EQ(code(choosing({x}, {create_effect(x, {})})), "exists");
  EXPECT_EQ(code(choosing({y}, {remove_effect(y)})), "missing");
  const std::string large(70'000, 'x');
  EXPECT_EQ(code(choosing({x}, {set_effect(x, {{"text", large}})})), "malformed");
  EXPECT_EQ(number_of(process.read({x}).front()), 100);
}

}  // namespace
}  // namespace posse
