/// Tests of the one-time signal and of groups of tasks.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/event.h"
#include "core/task_group.h"
#include "fake_clock.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

struct Tasks {
  boost::asio::io_context io;
  FakeClock clock;
  VirtualRun run{io, clock};
  std::vector<std::string> log;
};

Task<void> wait_for(Tasks* tasks, Event* event) {
  tasks->log.emplace_back("waits");
  co_await event->wait();
  tasks->log.emplace_back("goes on");
}

Task<void> set_later(Tasks* tasks, Event* event) {
  co_await tasks->clock.sleep(5ms);
  event->set();
  event->set();
  tasks->log.emplace_back("has set");
}

Task<void> sleep_and_log(Tasks* tasks, std::chrono::milliseconds pause) {
  co_await tasks->clock.sleep(pause);
  tasks->log.push_back(std::to_string(pause.count()));
}

Task<void> spawn_another(Tasks* tasks, TaskGroup* group) {
  co_await tasks->clock.sleep(10ms);
  group->spawn(sleep_and_log(tasks, 20ms));
}

TEST(Event, WakesItsWaiterAfterTheSettersOwnStep) {
  Tasks tasks;
  Event event;
  TaskGroup group(tasks.io.get_executor());
  group.spawn(wait_for(&tasks, &event));
  group.spawn(set_later(&tasks, &event));
  EXPECT_FALSE(event.is_set());
  tasks.run(group.join());
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"waits", "has set", "goes on"}));
}

TEST(Event, MayBeSetBeforeAnybodyWaits) {
  Tasks tasks;
  Event event;
  event.set();
  tasks.run(wait_for(&tasks, &event));
  tasks.run(wait_for(&tasks, &event));  // and again: it stays set
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"waits", "goes on", "waits", "goes on"}));
}

TEST(Event, NeverResumesAWaiterWhoseEventGoesAway) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  {
    Event event;
    group.spawn(wait_for(&tasks, &event));
    tasks.run(tasks.clock.sleep(1ms));
  }
  tasks.run(tasks.clock.sleep(1ms));
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"waits"}));
}

TEST(TaskGroup, JoinsAtOnceIfNothingRuns) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  const Steady before = tasks.clock.steady();
  tasks.run(group.join());
  EXPECT_EQ(tasks.clock.steady(), before);
}

TEST(TaskGroup, RunsItsTasksBesideEachOther) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  const Steady before = tasks.clock.steady();
  for (const auto pause : {30ms, 10ms, 20ms}) group.spawn(sleep_and_log(&tasks, pause));
  EXPECT_EQ(group.running(), 3U);
  tasks.run(group.join());
  EXPECT_EQ(group.running(), 0U);
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"10", "20", "30"}));
  EXPECT_EQ(tasks.clock.steady() - before, 30ms);
}

TEST(TaskGroup, JoinsWhatIsSpawnedMeanwhile) {
  Tasks tasks;
  TaskGroup group(tasks.io.get_executor());
  group.spawn(spawn_another(&tasks, &group));
  tasks.run(group.join());
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"20"}));
}

TEST(TaskGroup, AbandonsNothingWhenItIsDestroyed) {
  Tasks tasks;
  {
    TaskGroup group(tasks.io.get_executor());
    group.spawn(sleep_and_log(&tasks, 5ms));
  }
  tasks.run(tasks.clock.sleep(6ms));
  EXPECT_EQ(tasks.log, (std::vector<std::string>{"5"}));
}

}  // namespace
}  // namespace posse
