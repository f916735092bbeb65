/// What the calls and steps of a purchase cost without a disk: all of it is ours.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "bench/micro/sample_documents.h"
#include "journal/journal.h"
#include "live/live_documents.h"
#include "stores/memory/memory_store.h"
#include "system/system_clock.h"

namespace posse::bench {
namespace {

namespace asio = boost::asio;
using State = benchmark::State;

constexpr std::size_t accounts_of_sample = 10'000;

/// A store in memory, and what a node has besides.
struct World {
  asio::io_context io;
  SystemClock clock{io.get_executor()};
  SeededRandom random{7};
  MemoryStore store;

  /// Runs `task` to its end, and what it has started.
  void run(Task<void> task) {
    auto at_end = [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    };
    asio::co_spawn(io, std::move(task), at_end);
    io.restart();
    io.run();
  }
};

Task<void> add(State* state, World* world) {
  const Bytes value = write_participant(sample_participant(4));
  std::size_t number = 0;
  for (auto _ : *state) {
    Key key{"account/" + std::to_string(number++)};
    benchmark::DoNotOptimize(co_await world->store.add(std::move(key), value));
  }
}

Task<void> get(State* state, World* world) {
  (void)co_await world->store.add(account_of_sample, write_participant(sample_participant(4)));
  for (auto _ : *state) benchmark::DoNotOptimize(co_await world->store.get(account_of_sample));
}

Task<void> cas(State* state, World* world) {
  const Bytes value = write_participant(sample_participant(4));
  auto written = co_await world->store.add(account_of_sample, value);
  for (auto _ : *state)
    written = co_await world->store.cas(account_of_sample, written->version, value);
  if (written->answer != Write::done) state->SkipWithError("refused");
}

/// Within the tenth of a second for which one read serves all who ask.
Task<void> get_live(State* state, World* world) {
  (void)co_await world->store.add(account_of_sample, write_participant(sample_participant(4)));
  LiveDocuments live({.store = world->store}, world->clock, world->io.get_executor(),
                     [](std::chrono::milliseconds /*age*/) {});
  for (auto _ : *state) benchmark::DoNotOptimize(co_await live.get(account_of_sample));
  state->counters["reads"] = static_cast<double>(live.counters().reads);
  co_await live.close();
}

using Body = Task<void> (*)(State*, World*);

void calls(State& state, Body body) {
  World world;
  world.run(body(&state, &world));
  state.SetItemsProcessed(state.iterations());
}

class NoPosse final : public Announcer {
 public:
  Task<Result<void>> announce(Sequence /*sequence*/) override { co_return Result<void>{}; }
};

/// Buyers of one sequence, each of whom asks again as soon as it is answered.
struct Buying {
  State* state;
  World* world;
  Journal* journal;
  Sequence sequence{"journal/1"};
  std::vector<Key> accounts{};
  std::uint64_t asked = 0;
  bool has_failed = false;
};

Task<void> buy(Buying* buying) {
  Order order;
  order.sequence = buying->sequence;
  order.guard = buying->accounts[buying->world->random.bits() % buying->accounts.size()];
  order.request =
      request_key(order.guard.text(), std::to_string(buying->asked++), buying->world->clock.now());
  order.effects.push_back(add_effect(order.guard, "balance", -40, 0));
  order.line = {{"buyer", order.guard.text()}, {"price", 40}};
  const auto outcome = co_await buying->journal->commit(std::move(order));
  if (!outcome || !std::holds_alternative<Committed>(*outcome)) buying->has_failed = true;
}

/// So many purchases at a time; an iteration is all of them.
Task<void> buy_together(Buying* buying) {
  const auto buyers = static_cast<std::size_t>(buying->state->range(0));
  Journal& journal = *buying->journal;
  boost::json::object settings;
  (void)co_await journal.sequences().create_head(buying->sequence, std::move(settings));
  for (std::size_t i = 0; i < accounts_of_sample; ++i) {
    Key key{"account/bench-" + std::to_string(i)};
    buying->accounts.push_back(key);
    boost::json::object data{{"balance", 1'000'000'000'000}};
    (void)co_await journal.participants().create(std::move(key), std::move(data));
  }
  for (auto _ : *buying->state) {
    TaskGroup group(buying->world->io.get_executor());
    for (std::size_t i = 0; i < buyers; ++i) group.spawn(buy(buying));
    co_await group.join();
  }
  co_await journal.close();
}

/// Declared, claimed, received, settled, published: the journal's whole way.
void purchase(State& state) {
  World world;
  NoPosse posse;
  Journal journal({world.store, world.clock, world.random, world.io.get_executor()}, posse);
  Buying buying{.state = &state, .world = &world, .journal = &journal};
  world.run(buy_together(&buying));
  if (buying.has_failed) state.SkipWithError("a purchase was not committed");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_CAPTURE(calls, memory_add, add);
BENCHMARK_CAPTURE(calls, memory_get, get);
BENCHMARK_CAPTURE(calls, memory_cas, cas);
BENCHMARK_CAPTURE(calls, live_get, get_live);
BENCHMARK(purchase)->Arg(1)->Arg(16)->Arg(64)->Arg(256)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace posse::bench
