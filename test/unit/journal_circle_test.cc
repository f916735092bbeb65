/// Tests that operations of one node never wait for each other in a circle.
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "journal_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// Announces only once it is open.
class Gate final : public Announcer {
 public:
  explicit Gate(Clock& clock) : clock_(clock) {}

  Task<Result<void>> announce(Sequence /*sequence*/) override {
    while (!open) co_await clock_.sleep(10ms);
    co_return Result<void>{};
  }

  bool open = false;

 private:
  Clock& clock_;
};

struct GatedNode {
  explicit GatedNode(World& the_world)
      : world(the_world),
        gate(the_world.clock),
        store(the_world.store),
        journal({store, the_world.clock, random, the_world.io.get_executor()}, gate),
        requests(the_world.io.get_executor()) {}

  void start(Order order, std::optional<Result<Outcome>>* outcome) {
    requests.spawn(keep(&journal, std::move(order), outcome));
  }

  static Task<void> keep(Journal* journal, Order order, std::optional<Result<Outcome>>* outcome) {
    auto answer = co_await journal->commit(std::move(order));
    outcome->emplace(std::move(answer));
  }

  World& world;
  SeededRandom random{5};
  Gate gate;
  Connection store;
  Journal journal;
  TaskGroup requests;
};

Order of_both(const std::string& name, std::vector<Effect> effects) {
  Order order = payment_of(effects.front().key, name);
  order.effects = std::move(effects);
  return order;
}

// The window of `set` goes to others while it waits for its claim, and one of its holds is taken
// out. An add of the same node meets the other one, and `set` then stands behind that add.
TEST(Circle, APassedHoldIsDecidedByWhoeverMeetsIt) {  // S12 I9
  World world;
  world.create(Sequence{"journal/1"});
  const Key k = world.account("k1");
  const Key j = world.account("k2");
  const Key z = world.account("z");
  GatedNode one(world);
  Node two(world, 2);
  std::optional<Result<Outcome>> set;
  std::optional<Result<Outcome>> add;
  std::optional<Result<Outcome>> later;
  const auto both = [&](std::int64_t n) {
    return std::vector<Effect>{set_effect(k, {{"balance", n}}), set_effect(j, {{"balance", n}})};
  };
  one.start(of_both("set", both(7)), &set);
  world.pass(50ms);
  ASSERT_EQ(world.participant(j).holds.size(), 1U);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(committed(two.commit(payment_of(z, "passing " + std::to_string(i), 1))));
  }
  ASSERT_TRUE(committed(two.commit(payment_of(k, "using k", 1))));
  ASSERT_TRUE(world.participant(k).holds.empty());
  ASSERT_EQ(world.participant(j).holds.size(), 1U);
  one.start(of_both("add", {add_effect(k, "balance", -1, 0), add_effect(j, "balance", 1)}), &add);
  world.pass(50ms);
  one.gate.open = true;
  world.pass(10s);
  EXPECT_TRUE(set);
  EXPECT_TRUE(add);
  one.start(of_both("later", both(9)), &later);
  world.pass(10s);
  EXPECT_TRUE(later);
  world.run(one.requests.join());
  world.run(one.journal.close());
}

}  // namespace
}  // namespace posse
