/// Tests of the patrol of whole nodes.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/patrol.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "patrol_world.h"

namespace posse {
namespace {

class Never final : public Schedule {
 public:
  bool patrols(const Turn& turn) override { return turn.away >= turn.away_max; }
};

class Always final : public Schedule {
 public:
  bool patrols(const Turn& /*turn*/) override { return true; }
};

/// A call that takes long, and how many of them there are.
Task<void> wait(World* world, std::chrono::milliseconds pause, int* at_once, int* most_at_once) {
  if (pause == 0ms) co_return;
  *most_at_once = std::max(*most_at_once, ++*at_once);
  co_await world->clock.sleep(pause);
  --*at_once;
}

/// One node of the posse.
struct Node {
  Node(World& world, const std::string& name, std::uint64_t seed)
      : random(seed),
        books(world.store, world.clock, random, world.io.get_executor()),
        watch_list({world.store, world.clock, random}),
        membership({world.store, world.clock, random}, name),
        lottery(random),
        patrol(parts(world, lottery)) {}

  Patrol::Parts parts(World& world, Schedule& schedule) {
    return {.sequences = books.sequences,
            .finisher = books.finisher,
            .watch_list = watch_list,
            .membership = membership,
            .schedule = schedule,
            .clock = world.clock,
            .executor = world.io.get_executor()};
  }

  SeededRandom random;
  Books books;
  WatchList watch_list;
  Membership membership;
  Lottery lottery;
  Patrol patrol;
};

struct PatrolTest : testing::Test {
  World world;
  Node node{world, "a", 1};
  Sequence sequence{"campaign/a"};

  void SetUp() override { world.create(sequence); }

  void announce(const Sequence& one) { ASSERT_TRUE(world.run(node.watch_list.announce(one))); }

  bool is_settled(const Key& account) { return world.participant(account).value("balance") == 70; }

  std::string members() { return world.bytes(Key{"posse/members"}); }
};

TEST_F(PatrolTest, LooksAtEverythingOnce)  // S3 S12 S15
{
  announce(sequence);
  const Key listed = world.orphan(sequence, "ann");
  world.create(generic_journal(5));
  const Key in_journal = world.orphan(generic_journal(5), "ben");
  const Sequence watched{"campaign/b"};
  world.create(watched);
  const Key by_eye = world.orphan(watched, "cem");
  node.patrol.keep_an_eye_on(watched);
  node.patrol.keep_an_eye_on(sequence);

  const Summary summary = world.run(node.patrol.once());
  EXPECT_EQ(summary.sequences, journals + 2);
  EXPECT_EQ(summary.finished, 3U);
  EXPECT_EQ(summary.errors, 0U) << summary.last_error;
  EXPECT_TRUE(summary.alarms.empty());
  EXPECT_TRUE(is_settled(listed));
  EXPECT_TRUE(is_settled(in_journal));
  EXPECT_TRUE(is_settled(by_eye));
  EXPECT_TRUE(members().empty());

  const Summary again = world.run(node.patrol.once());
  EXPECT_EQ(again.finished, 0U);
  EXPECT_EQ(again.oldest, 0ms);
}

TEST_F(PatrolTest, FindsTheOrphanOfADeadNode)  // S10 S15
{
  announce(sequence);
  const Key account = world.orphan(sequence, "ann");
  Node living(world, "b", 2);
  living.patrol.start();
  world.pass(1s);
  EXPECT_TRUE(is_settled(account));
  EXPECT_EQ(living.patrol.counters().rounds.finished, 1U);
  EXPECT_GE(living.patrol.counters().rounds.oldest, courtesy);
  world.pass(2s);
  EXPECT_EQ(living.patrol.counters().oldest_now, 0ms);
  world.run(living.patrol.stop());
}

TEST_F(PatrolTest, RecoversWithinASecondOnAverage)  // S3 S10 S17
{
  std::vector<std::unique_ptr<Node>> posse;
  for (std::uint64_t n = 0; n < 10; ++n) {
    posse.push_back(std::make_unique<Node>(world, "n" + std::to_string(n), 100 + n));
    posse.back()->patrol.start();
    world.pass(100ms);
  }
  world.pass(10s);
  ASSERT_EQ(posse[0]->membership.alive().size(), 10U);
  std::vector<std::chrono::milliseconds> times;
  for (int n = 0; n < 40; ++n) {
    const Sequence one{"campaign/" + std::to_string(n)};
    world.create(one);
    announce(one);
    world.pass(std::chrono::milliseconds{world.random.bits() % 1000});
    world.orphan(one, "n" + std::to_string(n));
    const Steady claimed = world.clock.steady();
    while (world.head(one) == EntryNumber{} && world.clock.steady() - claimed < 20s) {
      world.pass(10ms);
    }
    times.push_back(world.clock.steady() - claimed);
  }
  std::chrono::milliseconds sum{};
  for (const auto time : times) sum += time;
  EXPECT_LT(sum / 40, 1000ms);
  EXPECT_LE(*std::ranges::max_element(times), 3000ms);
  for (auto& one : posse) world.run(one->patrol.stop());
  EXPECT_EQ(members(), R"({"v":1,"members":[]})");
}

TEST_F(PatrolTest, KeepsAnEyeOnWhatItTouches)  // S2
{
  const Key account = world.orphan(sequence, "ann");  // and no list shows it
  Never never;
  Patrol patrol(node.parts(world, never));
  patrol.start();
  patrol.keep_an_eye_on(sequence);
  world.pass(6s);
  EXPECT_TRUE(is_settled(account));
  EXPECT_GE(patrol.counters().wins, 1U);
  world.run(patrol.stop());
}

TEST_F(PatrolTest, ClosesAnEyeAfterAMinute)  // S2
{
  Always always;
  Patrol patrol(node.parts(world, always));
  patrol.start();
  patrol.keep_an_eye_on(sequence);
  world.pass(eye_for - 2s);
  patrol.keep_an_eye_on(sequence);
  world.pass(eye_for + 2s);
  const Key account = world.orphan(sequence, "ann");
  world.pass(5s);
  EXPECT_FALSE(is_settled(account));
  world.run(patrol.stop());
}

TEST_F(PatrolTest, TakesQuietSequencesOff)  // S15
{
  announce(sequence);
  node.patrol.start();
  world.pass(quiet_after - 1s);
  EXPECT_NE(world.bytes(watch_key(shard_of(sequence))).find("campaign/a"), std::string::npos);
  world.pass(12s);
  EXPECT_EQ(world.bytes(watch_key(shard_of(sequence))), R"({"v":1,"sequences":[]})");
  EXPECT_EQ(node.patrol.counters().rounds.taken_off, 1U);
  world.run(node.patrol.stop());
}

TEST_F(PatrolTest, TakesOffOnlyWhatWasFoundWell)  // S15
{
  announce(sequence);
  EXPECT_EQ(world.run(node.patrol.once()).taken_off, 0U);
  world.pass(quiet_after);
  world.orphan(sequence, "ann");
  const Summary late = world.run(node.patrol.once());
  EXPECT_EQ(late.finished, 1U);
  EXPECT_EQ(late.taken_off, 0U);
  EXPECT_EQ(world.run(node.patrol.once()).taken_off, 1U);
}

TEST_F(PatrolTest, DoesNotBeginAgainWhatIsUnderWay)  // S7
{
  int at_once = 0;
  int most_at_once = 0;
  auto slow = [&](std::string /*call*/, Key key) {
    return wait(&world, key == watch_key(3) ? 4500ms : 0ms, &at_once, &most_at_once);
  };
  world.store.meanwhile = slow;
  node.patrol.start();
  world.pass(30s);
  EXPECT_EQ(most_at_once, 1);
  EXPECT_GE(node.patrol.counters().wins, 17U * 30);
  world.run(node.patrol.stop());
}

TEST_F(PatrolTest, OutlivesAStoreThatIsDown)  // S7
{
  announce(sequence);
  const Key account = world.orphan(sequence, "ann");
  node.patrol.keep_an_eye_on(sequence);
  world.store.fault = [](const std::string&, const Key&) { return Fault::unavailable; };
  node.patrol.start();
  world.pass(30s);
  EXPECT_GT(node.patrol.counters().rounds.errors, 30U);
  EXPECT_EQ(node.patrol.counters().rounds.last_error, "the store is down");
  world.store.fault = nullptr;
  world.pass(5s);
  EXPECT_TRUE(is_settled(account));
  EXPECT_GE(node.patrol.counters().beats, 1U);
  world.run(node.patrol.stop());
}

TEST_F(PatrolTest, PatrolsWhatItHasAnEyeOnWithoutTheWatchList)  // S2 S7
{
  const Key account = world.orphan(sequence, "ann");
  node.patrol.keep_an_eye_on(sequence);
  world.store.fault = [&](const std::string&, const Key& key) {
    return key == watch_key(shard_of(sequence)) ? Fault::unavailable : Fault::none;
  };
  const Summary summary = world.run(node.patrol.once());
  EXPECT_EQ(summary.errors, 1U);
  EXPECT_TRUE(is_settled(account));
}

TEST_F(PatrolTest, SaysThatTheBooksAreBroken)  // S8
{
  announce(sequence);
  const Key account = world.account("ann");
  world.claim(sequence, {world.payment(account)});
  node.patrol.start();
  world.pass(70s);
  const auto counters = node.patrol.counters();
  ASSERT_EQ(counters.rounds.alarms.size(), 1U);
  EXPECT_NE(counters.rounds.alarms.begin()->find("account/ann"), std::string::npos);
  EXPECT_EQ(counters.rounds.errors, 0U);
  EXPECT_GE(counters.oldest_now, 60s);
  EXPECT_EQ(counters.rounds.taken_off, 0U);  // it goes on shouting
  EXPECT_EQ(world.head(sequence), EntryNumber{});
  world.run(node.patrol.stop());

  const Summary summary = world.run(Node(world, "b", 2).patrol.once());
  EXPECT_EQ(summary.alarms.size(), 1U);
}

TEST_F(PatrolTest, StopsWithinASecondAndLeavesThePosse)  // S17
{
  announce(sequence);
  for (int n = 0; n < 40; ++n) world.claim(sequence, {});
  node.patrol.start();
  world.pass(2s);
  EXPECT_NE(members().find("\"a\""), std::string::npos);
  const Steady before = world.clock.steady();
  world.run(node.patrol.stop());
  EXPECT_LE(world.clock.steady() - before, 1s);
  EXPECT_EQ(members(), R"({"v":1,"members":[]})");
}

TEST_F(PatrolTest, MayStopBeforeItStarts)  // S17
{
  world.run(node.patrol.stop());
  EXPECT_EQ(world.store.writes(), 1);  // the head of the set-up
}

TEST_F(PatrolTest, WorksWithTurnsAsItDoesWithTheLottery)  // S5 S10
{
  Rotation rotation;
  Node second(world, "b", 2);
  Patrol first_patrol(node.parts(world, rotation));
  Patrol second_patrol(second.parts(world, rotation));
  first_patrol.start();
  second_patrol.start();
  world.pass(10s);
  ASSERT_EQ(node.membership.alive().size(), 2U);
  announce(sequence);
  const Key account = world.orphan(sequence, "ann");
  world.pass(3s);
  EXPECT_TRUE(is_settled(account));
  EXPECT_LT(first_patrol.counters().wins, 17U * 14);
  world.run(first_patrol.stop());
  world.run(second_patrol.stop());
}

}  // namespace
}  // namespace posse
