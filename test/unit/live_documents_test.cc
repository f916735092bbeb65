/// Tests of reads with a bounded age, and of followers.
// SPDX-License-Identifier: Apache-2.0
#include "live/live_documents.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/task_group.h"
#include "patrol_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

const Key key{"campaign/a"};

/// A watch that hints when a test says so.
class FakeWatch final : public Watch {
 public:
  std::unique_ptr<Watching> watch(Key watched, std::function<void()> changed) override {
    ++begun;
    hints_[watched] = std::move(changed);
    return std::make_unique<Handle>(*this, std::move(watched));
  }

  void hint(const Key& watched) {
    if (hints_.contains(watched)) hints_[watched]();
  }
  std::size_t watched() const { return hints_.size(); }

  int begun = 0;

 private:
  struct Handle final : Watching {
    Handle(FakeWatch& its_watch, Key its_key) : watch(its_watch), watched(std::move(its_key)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() override { watch.hints_.erase(watched); }

    FakeWatch& watch;
    Key watched;
  };

  std::map<Key, std::function<void()>> hints_;
};

struct LiveTest : testing::Test {
  World world;
  std::vector<std::chrono::milliseconds> ages;
  std::vector<std::string> heard;
  LiveDocuments live{{.store = world.store},
                     world.clock,
                     world.io.get_executor(),
                     [this](std::chrono::milliseconds age) { ages.push_back(age); }};
  TaskGroup tasks{world.io.get_executor()};

  ~LiveTest() override {
    world.run(live.close());
    world.run(tasks.join());
  }

  void add(const std::string& value) { ASSERT_TRUE(world.run(world.store.add(key, value))); }

  void replace(const std::string& value) {
    const auto read = world.run(world.store.get(key));
    const auto written = world.run(world.store.cas(key, (**read).version, value));
    ASSERT_EQ(written->answer, Write::done);
  }

  std::string get(std::chrono::milliseconds age = age_max) {
    const auto seen = world.run(live.get(key, age));
    if (!seen) return "failed: " + seen.error().detail;
    return seen->document ? seen->document->value : "nothing";
  }

  int reads() { return world.store.calls["get"]; }

  /// Each read takes so long.
  void slow_down(std::chrono::milliseconds pause) {
    world.store.meanwhile = [this, pause](const std::string& /*call*/, const Key& /*key*/) {
      return world.clock.sleep(pause);
    };
  }
};

Task<void> get_into(LiveDocuments* live, std::vector<std::string>* seen) {
  const auto one = co_await live->get(key);
  seen->push_back(one && one->document ? one->document->value : "nothing");
}

/// Notes what a follower hears, until it ends.
Task<void> follow(std::shared_ptr<Subscription> subscription, std::vector<std::string>* heard) {
  while (true) {
    const Heard one = co_await subscription->next(1000ms);
    if (one == Heard::end) break;
    const auto& document = one == Heard::change ? subscription->latest().document : std::nullopt;
    heard->push_back(one == Heard::silence ? "silence" : document ? document->value : "nothing");
  }
  heard->push_back("end");
}

TEST_F(LiveTest, AnswersFromMemoryForATenthOfASecond)  // S1
{
  add("1");
  EXPECT_EQ(get(), "1");
  replace("2");
  const int before = reads();
  world.pass(99ms);
  EXPECT_EQ(get(), "1");
  EXPECT_EQ(reads(), before);
  world.pass(2ms);
  EXPECT_EQ(get(), "2");
  EXPECT_EQ(reads(), before + 1);
}

TEST_F(LiveTest, CountsTheAgeFromWhenTheReadWasAskedFor)  // S1
{
  add("1");
  slow_down(60ms);
  EXPECT_EQ(get(), "1");
  world.pass(50ms);  // 50 ms after the answer, 110 ms after the question
  const int before = reads();
  EXPECT_EQ(get(), "1");
  EXPECT_EQ(reads(), before + 1);
}

TEST_F(LiveTest, OneReadServesEverybodyWhoAsksMeanwhile)  // S1
{
  add("1");
  slow_down(20ms);
  const int before = reads();
  std::vector<std::string> seen;
  for (int i = 0; i < 50; ++i) tasks.spawn(get_into(&live, &seen));
  world.run(tasks.join());
  EXPECT_EQ(seen, std::vector<std::string>(50, "1"));
  EXPECT_EQ(reads(), before + 1);
}

TEST_F(LiveTest, ReadsAgainForWhomTheReadUnderWayIsTooOld)  // S1
{
  add("1");
  slow_down(150ms);
  std::vector<std::string> seen;
  tasks.spawn(get_into(&live, &seen));
  world.pass(120ms);
  const int before = reads();
  EXPECT_EQ(get(), "1");
  EXPECT_EQ(reads(), before + 1);
}

TEST_F(LiveTest, TellsFailuresAndAsksAnewNextTime) {
  add("1");
  world.store.fault = [](const std::string& call, const Key& /*key*/) {
    return call == "get" ? Fault::unavailable : Fault::none;
  };
  EXPECT_EQ(get(), "failed: the store is down");
  world.store.fault = nullptr;
  EXPECT_EQ(get(), "1");
}

TEST_F(LiveTest, ShowsThatThereIsNothing) {
  EXPECT_EQ(get(), "nothing");
}

TEST_F(LiveTest, FollowersHearEveryChangeWithinATenthOfASecond)  // S1
{
  add("1");
  const auto subscription = live.subscribe(key);
  tasks.spawn(follow(subscription, &heard));
  world.pass(10ms);
  EXPECT_EQ(heard, std::vector<std::string>{"1"});
  replace("2");
  world.pass(101ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2"}));
  for (const auto age : ages) EXPECT_LE(age, 101ms);
  subscription->end();
}

TEST_F(LiveTest, ThousandsOfFollowersCostTenReadsASecond)  // S1
{
  add("1");
  std::vector<std::shared_ptr<Subscription>> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(live.subscribe(key));
    tasks.spawn(follow(all.back(), &heard));
  }
  const int before = reads();
  world.pass(900ms);
  EXPECT_LE(reads(), before + 10);
  EXPECT_GE(reads(), before + 8);
  EXPECT_EQ(heard.size(), 2000U);
  for (const auto& one : all) one->end();
  world.pass(300ms);
  const int after = reads();
  world.pass(1000ms);
  EXPECT_EQ(reads(), after);  // nobody follows any more
}

TEST_F(LiveTest, SilenceIsToldAlsoWhileTheStoreFails) {
  add("1");
  const auto subscription = live.subscribe(key);
  tasks.spawn(follow(subscription, &heard));
  world.pass(10ms);
  world.store.fault = [](const std::string& /*call*/, const Key& /*key*/) {
    return Fault::unavailable;
  };
  world.pass(1200ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "silence"}));
  world.store.fault = nullptr;
  replace("2");
  world.pass(200ms);
  EXPECT_EQ(heard.back(), "2");
  subscription->end();
}

TEST_F(LiveTest, ASlowFollowerGetsTheLatestState) {
  add("1");
  const auto subscription = live.subscribe(key);
  world.pass(150ms);
  replace("2");
  world.pass(150ms);
  replace("3");
  world.pass(150ms);
  EXPECT_EQ(world.run(subscription->next(1000ms)), Heard::change);
  EXPECT_EQ(subscription->latest().document->value, "3");
  subscription->end();
}

TEST_F(LiveTest, EndsItsFollowers) {
  add("1");
  tasks.spawn(follow(live.subscribe(key), &heard));
  world.pass(10ms);
  live.end_subscriptions();
  tasks.spawn(follow(live.subscribe(key), &heard));
  world.run(tasks.join());
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "end", "end"}));
}

TEST_F(LiveTest, RemembersABoundedNumberOfDocuments) {
  add("1");
  EXPECT_EQ(get(), "1");
  for (std::size_t i = 0; i < live_documents_max; ++i) {
    (void)world.run(live.get(Key{"other/" + std::to_string(i)}));
  }
  const int before = reads();
  EXPECT_EQ(get(), "1");
  EXPECT_EQ(reads(), before + 1);  // forgotten, though not old
}

TEST_F(LiveTest, HasRoomForMoreThanItRemembersIfAllAreFollowed) {
  std::vector<std::shared_ptr<Subscription>> followers;
  for (std::size_t i = 0; i <= live_documents_max + 1; ++i) {
    followers.push_back(live.subscribe(Key{"other/" + std::to_string(i)}));
  }
  EXPECT_EQ(live.followers(), live_documents_max + 2);
  add("1");
  EXPECT_EQ(get(), "1");
  for (const auto& follower : followers) follower->end();
}

/// On a store that hints at changes.
struct HintedLiveTest : LiveTest {
  FakeWatch watch;
  LiveDocuments hinted{{.store = world.store, .watch = &watch},
                       world.clock,
                       world.io.get_executor(),
                       [](std::chrono::milliseconds) {}};

  ~HintedLiveTest() override { world.run(hinted.close()); }

  std::shared_ptr<Subscription> start_following() {
    auto subscription = hinted.subscribe(key);
    tasks.spawn(follow(subscription, &heard));
    return subscription;
  }
};

TEST_F(HintedLiveTest, AHintLetsFollowersHearOfAChangeAtOnce)  // S1
{
  add("1");
  const auto subscription = start_following();
  world.pass(50ms);
  replace("2");
  watch.hint(key);
  world.pass(1ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2"}));
  replace("3");
  watch.hint(key);
  world.pass(21ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2", "3"}));
  subscription->end();
}

TEST_F(HintedLiveTest, ALostHintIsCaughtByThePoll)  // S1
{
  add("1");
  const auto subscription = start_following();
  world.pass(50ms);
  watch.hint(key);  // of nothing
  world.pass(10ms);
  replace("2");
  world.pass(101ms);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2"}));
  subscription->end();
}

TEST_F(HintedLiveTest, ManyHintsCostOneReadInTwentyMilliseconds) {
  add("1");
  const auto subscription = start_following();
  world.pass(1ms);
  const int before = reads();
  for (int i = 0; i < 1000; ++i) {
    watch.hint(key);
    watch.hint(key);
    world.pass(1ms);
  }
  EXPECT_LE(reads(), before + 50);
  EXPECT_GE(reads(), before + 40);
  subscription->end();
}

TEST_F(HintedLiveTest, WithoutHintsTenReadsASecondAreAll)  // S1
{
  add("1");
  const auto subscription = start_following();
  const int before = reads();
  world.pass(900ms);
  EXPECT_LE(reads(), before + 10);
  EXPECT_GE(reads(), before + 8);
  subscription->end();
}

TEST_F(HintedLiveTest, SilenceIsToldWhateverIsHintedAt) {
  add("1");
  const auto subscription = start_following();
  for (int i = 0; i < 120; ++i) {
    world.pass(10ms);
    watch.hint(key);
  }
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "silence"}));
  subscription->end();
}

TEST_F(HintedLiveTest, WatchesWhatIsFollowedOnceAndNothingElse) {
  add("1");
  (void)world.run(hinted.get(key));
  EXPECT_EQ(watch.begun, 0);
  const auto first = start_following();
  const auto second = start_following();
  world.pass(150ms);
  EXPECT_EQ(watch.begun, 1);
  first->end();
  world.pass(150ms);
  EXPECT_EQ(watch.watched(), 1U);
  second->end();
  world.pass(150ms);
  EXPECT_EQ(watch.watched(), 0U);
}

TEST_F(HintedLiveTest, AHintAfterTheLastFollowerIsNotHeeded) {
  add("1");
  const auto subscription = start_following();
  world.pass(50ms);
  subscription->end();
  const int before = reads();
  watch.hint(key);
  world.pass(1000ms);
  EXPECT_EQ(reads(), before);
  const auto again = start_following();
  world.pass(50ms);
  watch.hint(key);
  hinted.end_subscriptions();
  const int at_the_end = reads();
  world.run(hinted.close());
  EXPECT_EQ(reads(), at_the_end);
  EXPECT_EQ(watch.watched(), 0U);
}

}  // namespace
}  // namespace posse
