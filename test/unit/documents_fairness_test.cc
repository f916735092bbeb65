/// Tests that nobody is starved by others who want the same document.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "documents_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

const Key hot{"hot"};
constexpr int processes_max = 3;

/// Counts one up, with the document for itself.
Plan plan() {
  const auto choose = [](const std::vector<Reading>& found) -> std::variant<Choice, Refusal> {
    const std::int64_t n = found[0].value->at("n").as_int64();
    return Choice{.effects = {set_effect(hot, {{"n", n + 1}})}};
  };
  return {.keys = {hot}, .choose = choose};
}

/// Counts one up beside others.
Change add() {
  return {.effects = {add_effect(hot, "n", 1)}};
}

/// Processes whose clients count the same document up, each again and again.
class Fairness : public ::testing::Test {
 protected:
  struct Client {
    int done = 0;
    int others_max = 0;  ///< So many of others' happened while it waited for one of its own.
  };

  Fairness() {
    world.store.meanwhile = [this](std::string call, Key /*key*/) -> Task<void> {
      if (call != "get") co_await world.clock.sleep(1ms);
    };
    for (std::uint64_t i = 0; i < processes_max; ++i) processes.emplace_back(world, i + 1);
    processes.front().change({.effects = {create_effect(hot, {{"n", 0}})}});
  }

  /// `ask` gives what it asks, and again where it was refused for want of room.
  template <class Ask>
  Task<void> count(Process* process, Client* client, Ask ask) {
    for (int before = happened; happened < enough;) {
      auto what = ask();
      const auto fate = co_await process->documents.atomically(std::move(what));
      if (!fate || !std::holds_alternative<Happened>(*fate)) continue;
      client->others_max = std::max(client->others_max, happened - before);
      ++client->done;
      before = ++happened;
    }
  }

  /// Spread over the first so many processes.
  template <class Ask>
  void start(int count, int of_processes, Ask ask) {
    for (int i = 0; i < count; ++i) {
      Process& process = processes[static_cast<std::size_t>(i % of_processes)];
      process.requests.spawn(this->count(&process, &clients.emplace_back(), ask));
    }
  }

  /// Until so many have happened, and the last of each client.
  void run(int count) {
    enough = count;
    for (Process& process : processes) world.run(process.requests.join());
    EXPECT_EQ(processes.front().read({hot}).front().value->at("n").as_int64(), happened);
  }

  int least() const {
    return std::min_element(clients.begin(), clients.end(),
                            [](const Client& a, const Client& b) { return a.done < b.done; })
        ->done;
  }

  int others_max() const {
    return std::max_element(
               clients.begin(), clients.end(),
               [](const Client& a, const Client& b) { return a.others_max < b.others_max; })
        ->others_max;
  }

  World world;
  std::deque<Process> processes;
  std::deque<Client> clients;
  int happened = 0;
  int enough = 1;
};

// Inside a process they queue: whoever was there before goes first, and nobody else.
TEST_F(Fairness, APlanWaitsForThoseThatWereAskedBefore) {  // S12
  start(20, 1, plan);
  run(100);
  EXPECT_EQ(others_max(), 19);
}

// Of each process one stands in the queue of the document.
TEST_F(Fairness, ProcessesTakeTurnsWithPlans) {  // S12
  start(21, processes_max, plan);
  run(105);
  EXPECT_LE(others_max(), 21 + processes_max);
  EXPECT_GE(least(), 4);
}

// A process of few clients gets as often a turn as one of many.
TEST_F(Fairness, AFewAreNotLessThanMany) {  // S12
  start(20, 1, plan);
  processes[1].requests.spawn(count(&processes[1], &clients.emplace_back(), plan));
  run(100);
  EXPECT_LE(clients.back().others_max, processes_max);
}

// A document takes 16 at a time: the others wait for room, in the order in which they came.
TEST_F(Fairness, AddersWaitForThoseThatWereAskedBefore) {  // S12
  start(40, 1, add);
  run(400);
  EXPECT_LE(others_max(), 40 + static_cast<int>(holds_max));
  EXPECT_GE(least(), 9);
}

// Whoever wants the document for himself stands in the queue: those who add come behind him.
TEST_F(Fairness, APlanIsNotStarvedByThoseWhoAdd) {  // S12
  start(20, processes_max, add);
  start(1, 1, plan);
  run(600);
  EXPECT_GE(clients.back().done, 2);
}

/// Adds to a document of its own until `is_over`.
Task<void> add_alone(Process* process, Key key, int* happened, const bool* is_over) {
  Change creation{.effects = {create_effect(key, {})}};
  while (!*is_over) {
    Change change{.effects = {add_effect(key, "n", 1)}};
    const auto created = co_await process->documents.atomically(creation);
    const auto fate = co_await process->documents.atomically(std::move(change));
    if (created && fate && std::holds_alternative<Happened>(*fate)) ++*happened;
  }
}

// They want no document of each other, but all want the next entries of the journals.
TEST(DocumentsFairness, AProcessIsNotStarvedByABusyOne) {  // S12
  World world;
  SeededRandom chance{9};
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    const std::uint64_t ms = call == "get" ? 1 + chance.bits() % 3 : 5 + chance.bits() % 11;
    co_await world.clock.sleep(std::chrono::milliseconds(ms));
  };
  Process busy(world, 1);
  Process other(world, 2);
  int of_busy = 0;
  int of_other = 0;
  bool is_over = false;
  for (int i = 0; i < 150; ++i) {
    const Key key{"busy/" + std::to_string(i)};
    busy.requests.spawn(add_alone(&busy, key, &of_busy, &is_over));
  }
  world.pass(1s);
  other.requests.spawn(add_alone(&other, Key{"other"}, &of_other, &is_over));
  world.pass(10s);
  EXPECT_GE(of_busy, 1000);
  EXPECT_GE(of_other, 10);
  is_over = true;
  world.run(busy.requests.join());
  world.run(other.requests.join());
}

}  // namespace
}  // namespace posse
