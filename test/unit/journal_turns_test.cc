/// Tests of taking turns inside a node, and of hearing when an operation is over.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/task_group.h"
#include "fake_clock.h"
#include "journal/driven.h"
#include "journal/turns.h"
#include "sim/random.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

const Turns::Place x_alone{.key = Key{"x"}, .holding = Holding::alone};
const Turns::Place y_alone{.key = Key{"y"}, .holding = Holding::alone};
const Turns::Place at_x{.key = Key{"x"}, .holding = Holding::shared};
const Turns::Place at_y{.key = Key{"y"}, .holding = Holding::shared};

struct Tasks {
  boost::asio::io_context io;
  FakeClock clock;
  VirtualRun run{io, clock};
  Turns turns;
  Driven driven;
  std::vector<std::string> log;
};

Task<void> work(Tasks* tasks, Turns::Places places, std::string name) {
  const auto turn = co_await tasks->turns.take(std::move(places));
  tasks->log.push_back(name);
  co_await tasks->clock.sleep(5ms);
  tasks->log.push_back(name + " done");
}

Task<void> wait_until_gone(Tasks* tasks, Intent intent) {
  co_await tasks->driven.gone(intent);
  tasks->log.emplace_back("gone");
}

/// Takes a turn that goes on with `intent`.
Task<void> leave_turn(Tasks* tasks, Intent intent) {
  Turns::Places places{x_alone};
  auto turn = co_await tasks->turns.take(std::move(places));
  tasks->driven.keep(intent, std::move(turn));
}

Task<void> erase_later(Tasks* tasks, Intent intent) {
  co_await tasks->clock.sleep(20ms);
  tasks->log.emplace_back("erases");
  tasks->driven.erase(intent);
}

Intent some_intent() {
  SeededRandom random(7);
  return Intent::attempt(RequestKey{}, random);
}

TEST(Turns, AreFirstComeFirstServedForEachDocument) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  for (const char* const name : {"first", "second", "third"})
    group.spawn(work(&tasks, {x_alone}, name));
  group.spawn(work(&tasks, {y_alone}, "another document"));
  tasks.run(group.join());
  const std::vector<std::string> order{
      "first", "another document", "first done", "second", "second done", "third", "third done"};
  std::erase(tasks.log, "another document done");
  EXPECT_EQ(tasks.log, order);
}

// Who waits for two documents keeps neither from those who need only what is free.
TEST(Turns, AreTakenByWhoeverFindsAllFree) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  group.spawn(work(&tasks, {x_alone}, "one"));
  group.spawn(work(&tasks, {x_alone, y_alone}, "both"));
  group.spawn(work(&tasks, {y_alone}, "other"));
  tasks.run(group.join());
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"one", "other", "one done", "other done", "both",
                                                 "both done"}));
}

TEST(Turns, OfSeveralDocumentsComeHoweverManyWantOne) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  for (int i = 0; i < 50; ++i) {
    group.spawn(work(&tasks, {x_alone}, "x"));
    group.spawn(work(&tasks, {y_alone}, "y"));
    if (i == 0) group.spawn(work(&tasks, {x_alone, y_alone}, "both"));
  }
  tasks.run(group.join());
  const auto both = std::find(tasks.log.begin(), tasks.log.end(), "both");
  EXPECT_LT(std::count(tasks.log.begin(), both, "x"), 12);
  EXPECT_LT(std::count(tasks.log.begin(), both, "y"), 12);
}

TEST(Turns, AreSharedByAsManyAsThereIsRoomFor) {  // S12
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  const int room = static_cast<int>(holds_shared_max);
  for (int i = 0; i < 3 * room; ++i) group.spawn(work(&tasks, {at_x}, std::to_string(i)));
  group.spawn(work(&tasks, {x_alone}, "alone"));
  tasks.run(group.join());
  // As many as there is room for, beside who wants it alone; then the next ones in their order.
  std::vector<std::string> expected;
  for (int i = 0; i < room; ++i) expected.push_back(std::to_string(i));
  expected.emplace_back("alone");
  for (int i = room; i < 3 * room; ++i) expected.push_back(std::to_string(i));
  EXPECT_EQ(tasks.log[expected.size() / 3 + 1], "0 done");
  std::erase_if(tasks.log, [](const std::string& line) { return line.ends_with(" done"); });
  EXPECT_EQ(tasks.log, expected);
}

// Many stand at y, behind one that waits for x too and has let enough others go first: when it
// goes, so do they, as far as there is room.
TEST(Turns, GoOnAtEveryPlaceThatHasRoom) {  // S12
  Tasks tasks;
  const Intent intent = some_intent();
  tasks.driven.insert(intent);
  TaskGroup group(tasks.io.get_executor());
  group.spawn(leave_turn(&tasks, intent));
  group.spawn(work(&tasks, {x_alone, at_y}, "both"));
  for (int i = 0; i < 40; ++i) group.spawn(work(&tasks, {at_y}, "y"));
  group.spawn(erase_later(&tasks, intent));
  tasks.run(group.join());
  const auto both = std::find(tasks.log.begin(), tasks.log.end(), "both");
  const auto both_done = std::find(both, tasks.log.end(), "both done");
  ASSERT_NE(both_done, tasks.log.end());
  EXPECT_EQ(std::count(tasks.log.begin(), both, "y"), 16);
  EXPECT_EQ(std::count(both, both_done, "y"), static_cast<int>(holds_shared_max) - 1);
}

TEST(Driven, KeepsATurnUntilItsOperationIsOver) {
  Tasks tasks;
  const Intent intent = some_intent();
  tasks.driven.insert(intent);
  TaskGroup group(tasks.io.get_executor());
  group.spawn(leave_turn(&tasks, intent));
  group.spawn(work(&tasks, {x_alone}, "next"));
  group.spawn(wait_until_gone(&tasks, intent));
  group.spawn(erase_later(&tasks, intent));
  tasks.run(group.join());
  ASSERT_EQ(tasks.log.size(), 4U);
  EXPECT_EQ(tasks.log.front(), "erases");
  EXPECT_EQ(tasks.log.back(), "next done");
  EXPECT_FALSE(tasks.driven.contains(intent));
}

TEST(Driven, KeepsNothingOfWhatIsOver) {
  Tasks tasks;
  const Intent intent = some_intent();
  TaskGroup group(tasks.io.get_executor());
  group.spawn(leave_turn(&tasks, intent));
  group.spawn(work(&tasks, {x_alone}, "next"));
  group.spawn(wait_until_gone(&tasks, intent));
  tasks.run(group.join());
  EXPECT_EQ(tasks.log.back(), "next done");
}

}  // namespace
}  // namespace posse
