/// What a purchase costs: calls of the store counted, and durable waits one behind the other.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>
#include <utility>

#include "core/task_group.h"
#include "shop/purchases.h"
#include "shop_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// Counts calls, and takes a millisecond of virtual time for a write, as many as there are at once.
class SlowStore final : public Store {
 public:
  SlowStore(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  std::size_t gets = 0;
  std::size_t writes = 0;

  Task<Result<std::optional<Document>>> get(Key key) override {
    ++gets;
    return store_.get(std::move(key));
  }

  Task<Result<Written>> add(Key key, Bytes value) override {
    ++writes;
    co_await clock_.sleep(1ms);
    co_return co_await store_.add(std::move(key), std::move(value));
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    ++writes;
    co_await clock_.sleep(1ms);
    co_return co_await store_.cas(std::move(key), version, std::move(value));
  }

 private:
  Store& store_;
  Clock& clock_;
};

/// A node whose writes take a while, which sells lamps without end.
struct Counter : ShopWorld {
  SlowStore slow{store, clock};
  SeededRandom draws{13};
  Shop node{{slow, store, clock, draws, io.get_executor()}, announcer};
  std::size_t sold = 0;

  static constexpr std::size_t buyers = 32;
  static constexpr std::size_t rounds = 20;

  Counter() {
    account("ann");
    for (std::size_t i = 0; i < buyers; ++i) {
      account(buyer(i));
      deposit(buyer(i), 1'000'000, "r" + std::to_string(i));
    }
    campaign("lamps", "ann", 40, 1'000'000);
    rest();
  }

  static std::string buyer(std::size_t index) { return "buyer-" + std::to_string(index); }

  Task<void> buy_often(std::string who, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      auto wanted = order("lamps", who, 40);
      const auto answer = co_await node.purchases().buy(std::move(wanted));
      if (answer && std::holds_alternative<Sale>(*answer)) ++sold;
    }
  }

  /// Has so many buy, each as often, and waits until all of it is settled.
  void sell(std::size_t count, std::size_t times) {
    TaskGroup tasks(io.get_executor());
    for (std::size_t i = 0; i < count; ++i) tasks.spawn(buy_often(buyer(i), times));
    run(tasks.join());
    run(node.close());
  }
};

/// speed.md, P7: hold and settlement are writes of the account's, and a batch shares the entry, the
/// receipt and the head.
TEST(Cost, OfAPurchaseIsTwoWritesAndItsShareOfThree) {
  Counter counter;
  counter.sell(Counter::buyers, Counter::rounds);
  ASSERT_EQ(counter.sold, Counter::buyers * Counter::rounds);
  const std::size_t entries = counter.node.journal().counters().entries;
  EXPECT_LE(counter.slow.writes, 2 * counter.sold + 3 * entries);
  // Batches are what makes it cheap.
  EXPECT_GE(counter.sold, 8 * entries);
  EXPECT_EQ(counter.findings(), "");
}

TEST(Cost, OfAPurchaseIsOneReadAtMost) {
  Counter counter;
  counter.sell(Counter::buyers, Counter::rounds);
  EXPECT_LE(counter.slow.gets, counter.sold);
}

TEST(Cost, OfAPurchaseAloneIsTwoWaitsToTheAnswer) {
  Counter counter;
  counter.sell(1, 1);  // Knows the campaign and the account.
  const auto start = counter.clock.steady();
  counter.run(counter.buy_often(Counter::buyer(0), 1));
  EXPECT_EQ(counter.clock.steady() - start, 2ms);
  counter.run(counter.node.close());
}

}  // namespace
}  // namespace posse
