/// Tests of the membership document.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/task_group.h"
#include "patrol/membership.h"
#include "patrol_world.h"

namespace posse {
namespace {

const Key members_key{"posse/members"};

using Names = std::vector<std::string>;

struct MembershipTest : testing::Test {
  World world;
  Membership a{{world.store, world.clock, world.random}, "a"};
  Membership b{{world.store, world.clock, world.random}, "b"};
  Membership c{{world.store, world.clock, world.random}, "c"};

  void beat(Membership& node) {
    const auto beaten = world.run(node.beat());
    ASSERT_TRUE(beaten) << beaten.error().detail;
  }

  Names listed() {
    Names names;
    const auto members = read_members(world.bytes(members_key), members_key);
    for (const auto& member : members.value()) names.push_back(member.node);
    return names;
  }
};

Task<void> beat_of(Membership* node, bool* beaten) {
  const auto result = co_await node->beat();
  *beaten = result.has_value();
}

TEST_F(MembershipTest, CountsItselfBeforeItsFirstBeat)  // S17
{
  EXPECT_EQ(a.alive(), Names{"a"});
}

TEST_F(MembershipTest, CreatesTheDocumentWithTheFirstBeat)  // S5 S17
{
  beat(a);
  EXPECT_EQ(world.bytes(members_key),
            R"({"v":1,"members":[{"node":"a","beat":1,"time":1764001000000}]})");
  EXPECT_EQ(a.alive(), Names{"a"});
}

TEST_F(MembershipTest, CountsWhoBeats)  // S17
{
  beat(c);
  beat(a);
  beat(b);
  beat(a);
  EXPECT_EQ(a.alive(), (Names{"a", "b", "c"}));
  EXPECT_EQ(listed(), (Names{"a", "b", "c"}));
}

TEST_F(MembershipTest, NoticesAnotherNodeOfItsName)  // S17
{
  Membership twin({world.store, world.clock, world.random}, "a");
  beat(a);
  beat(b);
  beat(a);
  beat(twin);
  const auto beaten = world.run(a.beat());
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().detail,
            "posse/members: another node is called `a` too; give each its own --id");
  EXPECT_EQ(listed(), (Names{"a", "b"})) << "it has beaten nevertheless";
  beat(a);
}

TEST_F(MembershipTest, TakesItsOwnUnknownBeatForNobodyElses)  // S17
{
  beat(a);
  int swaps = 0;
  world.store.fault = [&](const std::string& call, const Key&) {
    return call == "cas" && ++swaps == 1 ? Fault::unknown_applied : Fault::none;
  };
  beat(a);
  EXPECT_EQ(swaps, 2);
  beat(a);
}

TEST_F(MembershipTest, ForgetsWhoIsSilentForFifteenSeconds)  // S17
{
  beat(b);
  beat(a);
  for (int beats = 0; beats < 2; ++beats) {
    world.pass(beat_every);
    beat(a);
    EXPECT_EQ(a.alive(), (Names{"a", "b"}));
  }
  world.pass(beat_every);
  beat(a);
  EXPECT_EQ(a.alive(), Names{"a"});
  EXPECT_EQ(listed(), Names{"a"});
}

TEST_F(MembershipTest, TakesBackWhomItForgot)  // S17
{
  beat(b);
  beat(a);
  world.pass(forgotten_after);
  beat(a);
  ASSERT_EQ(listed(), Names{"a"});
  beat(b);
  beat(a);
  EXPECT_EQ(a.alive(), (Names{"a", "b"}));
}

TEST_F(MembershipTest, GivesTheDeadOfOthersItsOwnFifteenSeconds)  // S17
{
  beat(b);
  world.pass(3600s);
  beat(a);  // sees b for the first time: it may be alive
  EXPECT_EQ(a.alive(), (Names{"a", "b"}));
  world.pass(forgotten_after);
  beat(a);
  EXPECT_EQ(a.alive(), Names{"a"});
}

TEST_F(MembershipTest, DoesNotMindWallClocksOfOthers)  // S17
{
  SkewedClock late(world.clock, -std::chrono::hours{5});
  Membership d({world.store, late, world.random}, "d");
  beat(d);
  for (int beats = 0; beats < 10; ++beats) {
    beat(a);
    world.pass(beat_every);
    beat(d);
  }
  EXPECT_EQ(a.alive(), (Names{"a", "d"}));
  EXPECT_EQ(d.alive(), (Names{"a", "d"}));
}

TEST_F(MembershipTest, KeepsAllWhoBeatAtOnce)  // S4 S17
{
  std::vector<std::unique_ptr<Membership>> nodes;
  const std::unique_ptr<bool[]> beaten(new bool[10]());
  TaskGroup tasks(world.io.get_executor());
  for (int n = 0; n < 10; ++n) {
    const Membership::Doors doors{world.store, world.clock, world.random};
    nodes.push_back(std::make_unique<Membership>(doors, "n" + std::to_string(n)));
    tasks.spawn(beat_of(nodes.back().get(), &beaten[static_cast<std::size_t>(n)]));
  }
  world.run(tasks.join());
  for (std::size_t n = 0; n < 10; ++n) EXPECT_TRUE(beaten[n]) << n;
  EXPECT_EQ(listed().size(), 10U);
}

TEST_F(MembershipTest, LeavesCleanly)  // S17
{
  beat(a);
  beat(b);
  EXPECT_TRUE(world.run(a.leave()));
  EXPECT_EQ(listed(), Names{"b"});
  EXPECT_TRUE(world.run(a.leave()));
  beat(b);
  EXPECT_EQ(b.alive(), Names{"b"});
}

TEST_F(MembershipTest, HasNothingToLeaveBeforeItsFirstBeat)  // S17
{
  EXPECT_TRUE(world.run(a.leave()));
  EXPECT_EQ(world.store.writes(), 0);
}

TEST_F(MembershipTest, BeatsAgainWhereTheAnswerWasLost)  // S7
{
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    int faults = 1;
    world.store.fault = [&](const std::string& call, const Key&) {
      return call != "get" && faults-- > 0 ? fault : Fault::none;
    };
    beat(a);
    faults = 1;
    beat(b);
    EXPECT_EQ(listed(), (Names{"a", "b"}));
  }
}

TEST_F(MembershipTest, GivesUpOneBeatThatNobodyAnswers)  // S7
{
  world.store.fault = [&](const std::string& call, const Key&) {
    return call == "get" ? Fault::none : Fault::unknown_lost;
  };
  const auto beaten = world.run(a.beat());
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().code, Errc::contended);
}

TEST_F(MembershipTest, LeavesWhereTheAnswerWasLost)  // S7 S17
{
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    world.store.fault = nullptr;
    beat(a);
    int faults = 1;
    world.store.fault = [&](const std::string& call, const Key&) {
      return call != "get" && faults-- > 0 ? fault : Fault::none;
    };
    EXPECT_TRUE(world.run(a.leave()));
    EXPECT_TRUE(listed().empty());
  }
}

TEST_F(MembershipTest, IsSeenByAllAgainThoughOnlyOneForgotIt)  // S17
{
  beat(b);
  beat(a);
  beat(c);
  for (int beats = 0; beats < 3; ++beats) {
    world.pass(beat_every);
    beat(c);
  }
  ASSERT_EQ(listed(), (Names{"c"}));
  beat(b);  // counts on: c and a have seen its first beat long ago
  beat(c);
  beat(a);
  EXPECT_EQ(listed(), (Names{"a", "b", "c"}));
  EXPECT_EQ(a.alive(), (Names{"a", "b", "c"}));
}

TEST_F(MembershipTest, KeepsWhatItKnewWhileTheStoreIsDown)  // S7 S17
{
  beat(b);
  beat(a);
  world.store.fault = [](const std::string&, const Key&) { return Fault::unavailable; };
  world.pass(60s);
  const auto beaten = world.run(a.beat());
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().code, Errc::unavailable);
  EXPECT_EQ(a.alive(), (Names{"a", "b"}));
}

TEST_F(MembershipTest, RefusesOneTooMany)  // S17
{
  std::vector<Member> many;
  for (std::size_t n = 0; n < members_max; ++n) {
    many.push_back({.node = "n" + std::to_string(10000 + n), .beat = 1, .time = {}});
  }
  ASSERT_TRUE(world.run(world.store.add(members_key, write_members(many))));
  const auto beaten = world.run(a.beat());
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().code, Errc::too_large);
  world.pass(forgotten_after);
  beat(a);
  EXPECT_EQ(listed(), Names{"a"});
}

TEST_F(MembershipTest, LeavesANewerFormatAlone)  // S17
{
  const std::string newer = R"({"v":2,"members":{}})";
  ASSERT_TRUE(world.run(world.store.add(members_key, newer)));
  const auto beaten = world.run(a.beat());
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().code, Errc::unreadable);
  EXPECT_EQ(world.bytes(members_key), newer);
}

TEST(Members, AreReadStrictly)  // S17
{
  const auto read = [](const std::string& members) {
    return read_members(R"({"v":1,"members":[)" + members + "]}", members_key);
  };
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read(R"({"node":"a","beat":1,"time":2},{"node":"b","beat":1,"time":2})"));
  for (const auto* wrong : {
           R"({"node":"b","beat":1,"time":2},{"node":"a","beat":1,"time":2})",
           R"({"node":"a","beat":1,"time":2},{"node":"a","beat":1,"time":2})",
           R"({"node":"","beat":1,"time":2})",
           R"({"node":"a b","beat":1,"time":2})",
           R"({"node":"a","beat":-1,"time":2})",
           R"({"node":"a","beat":1,"time":"2"})",
           R"({"node":"a","beat":1})",
           R"({"node":"a","beat":1,"time":2,"more":3})",
           "7",
       }) {
    const auto members = read(wrong);
    ASSERT_FALSE(members) << wrong;
    EXPECT_EQ(members.error().code, Errc::unreadable);
  }
}

}  // namespace
}  // namespace posse
