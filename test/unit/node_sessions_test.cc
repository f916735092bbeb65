/// Sessions and keys: what counts, whatever the store does in between.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "node/sessions.h"
#include "patrol_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

struct SessionsTest : testing::Test {
  World world;
  LiveDocuments live{
      {.store = world.store}, world.clock, world.io.get_executor(), [](std::chrono::milliseconds) {
      }};
  Sessions sessions{world.store, live, world.clock, world.random};
  const Name bob = *Name::from("bob");

  ~SessionsTest() override { world.run(live.close()); }

  std::string open() {
    const auto generation = world.run(sessions.generation(bob));
    return world.run(sessions.open(bob, *generation))->token;
  }

  Opened make_key() { return std::get<Opened>(*world.run(sessions.make_key(bob))); }

  bool counts(const std::string& token) {
    const auto holder = world.run(sessions.holder_of(token));
    EXPECT_TRUE(holder) << holder.error().detail;
    return holder && *holder;
  }

  std::vector<std::string> listed() {
    std::vector<std::string> ids;
    for (const auto& key : *world.run(sessions.keys(bob))) ids.push_back(key.id);
    return ids;
  }

  std::uint64_t generation() { return *world.run(sessions.generation(bob)); }

  /// Ends the first key that is about to get its document.
  Task<void> end_on_its_way(std::string call, Key key) {
    if (call != "add" || !key.text().starts_with("session/")) co_return;
    if (std::exchange(has_ended, true)) co_return;
    const auto ended = co_await sessions.end_key(bob, key.text().substr(8));
    EXPECT_TRUE(ended && *ended);
  }
  bool has_ended = false;

  /// The next write of a document whose key begins like this goes wrong.
  void fail_once(Fault fault, const std::string& prefix) {
    world.store.fault = [this, fault, prefix](const std::string& call, const Key& key) {
      if (call == "get" || !key.text().starts_with(prefix)) return Fault::none;
      const Fault now = fault;  // which goes with this function
      world.store.fault = {};
      return now;
    };
  }
};

TEST_F(SessionsTest, EndTogetherButForKeys) {
  const std::string session = open();
  const Opened key = make_key();
  ASSERT_TRUE(counts(session) && counts(key.token));
  ASSERT_TRUE(world.run(sessions.end_all(bob)));
  world.pass(age_max + 1ms);
  EXPECT_FALSE(counts(session));
  EXPECT_TRUE(counts(key.token));
}

TEST_F(SessionsTest, LookLikeNoOptionOfACommand) {
  for (int drawn = 0; drawn < 500; ++drawn) EXPECT_NE(open().front(), '-');
  for (int drawn = 0; drawn < 500; ++drawn) {
    const Opened key = make_key();
    EXPECT_NE(key.id.front(), '-');
    ASSERT_TRUE(*world.run(sessions.end_key(bob, key.id)));
  }
}

TEST_F(SessionsTest, OfANewGenerationCountAtOnce) {
  ASSERT_TRUE(counts(open()));
  ASSERT_TRUE(world.run(sessions.end_all(bob)));
  EXPECT_TRUE(counts(open()));  // though the node remembers the generation before
}

TEST_F(SessionsTest, OpenedWithWhatWasReadBeforeHaveEnded) {
  const std::uint64_t before = generation();
  ASSERT_TRUE(world.run(sessions.end_all(bob)));
  const auto opened = world.run(sessions.open(bob, before));
  EXPECT_FALSE(counts(opened->token));
}

TEST_F(SessionsTest, EndOnceWhateverTheStoreSays) {
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    const std::uint64_t before = generation();
    fail_once(fault, "access/");
    ASSERT_TRUE(world.run(sessions.end_all(bob)));
    EXPECT_EQ(generation(), before + 1);
  }
  fail_once(Fault::unavailable, "access/");
  EXPECT_FALSE(world.run(sessions.end_all(bob)));
}

TEST_F(SessionsTest, KeepAKeyListedOnceWhateverTheStoreSays) {
  std::vector<std::string> made;
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost, Fault::none}) {
    fail_once(fault, "access/");
    made.push_back(make_key().id);
  }
  EXPECT_EQ(listed(), made);
}

TEST_F(SessionsTest, ListAKeyBeforeItWorks) {
  fail_once(Fault::unavailable, "session/");
  ASSERT_FALSE(world.run(sessions.make_key(bob)));
  ASSERT_EQ(listed().size(), 1U);
  const std::string unborn = listed().front();
  EXPECT_EQ(*world.run(sessions.end_key(*Name::from("ann"), unborn)), false);
  EXPECT_EQ(*world.run(sessions.end_key(bob, unborn)), true);
  EXPECT_TRUE(listed().empty());
}

TEST_F(SessionsTest, EndAKeyThatIsStillBeingMade) {
  world.store.meanwhile = [this](const std::string& call, const Key& key) {
    return end_on_its_way(call, key);
  };
  const Opened key = make_key();
  EXPECT_FALSE(counts(key.token));
  EXPECT_TRUE(listed().empty());
}

TEST_F(SessionsTest, HaveAtMostSixteenKeys) {
  for (std::size_t made = 0; made < keys_max; ++made) make_key();
  const int writes = world.store.writes();
  const auto one_more = world.run(sessions.make_key(bob));
  EXPECT_EQ(std::get<Refusal>(*one_more).code, "too_many_keys");
  EXPECT_EQ(world.store.writes(), writes);
}

}  // namespace
}  // namespace posse
