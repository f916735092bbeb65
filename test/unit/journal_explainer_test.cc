/// What is said of documents: of holds at every stage, and of what was settled.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "journal/explainer.h"
#include "journal_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

const Sequence journal{"journal/1"};

/// What a patrol does.
Task<void> publish(Finisher* finisher) {
  const auto published = co_await finisher->publish(journal, EntryNumber{1});
  EXPECT_TRUE(published);
}

class ExplainerTest : public ::testing::Test {
 protected:
  ExplainerTest() { world.create(journal); }

  Explanation explain(const Key& key) {
    const int writes = world.store.writes();
    Explainer explainer(world.books.sequences, world.books.participants);
    auto explained = world.run(explainer.explain(key));
    EXPECT_TRUE(explained) << explained.error().detail;
    EXPECT_EQ(world.store.writes(), writes);
    return explained.value_or(Explanation{});
  }

  /// A hold of a driver who is dead now, at the end of the queue.
  Hold declare(const Key& key, bool is_exclusive, std::uint64_t last = 3) {
    Hold hold{.intent = world.payment(key).intent,
              .sequence = journal,
              .first = EntryNumber{1},
              .last = EntryNumber{last},
              .issued = {},
              .reserve = {},
              .is_exclusive = is_exclusive};
    Decision decision = [&](Participant& participant) {
      participant.holds.push_back(hold);
      return Verdict::write;
    };
    EXPECT_TRUE(world.run(world.books.participants.update(key, decision)));
    return hold;
  }

  void fence() { world.claim(journal, {}); }

  void finish(EntryNumber entry) {
    const auto finished = world.run(world.books.finisher.publish(journal, entry));
    ASSERT_TRUE(finished) << finished.error().detail;
  }

  void put(const Key& key, const Bytes& bytes) {
    ASSERT_TRUE(world.run(world.store.add(key, bytes)));
  }

  World world;
};

TEST_F(ExplainerTest, TellsWhatIsNotThereFromWhatIsForeign) {
  EXPECT_EQ(explain(Key{"shelf/x"}).what, Explanation::What::nothing);
  put(Key{"shelf/x"}, "anything");
  const Explanation text = explain(Key{"shelf/x"});
  EXPECT_EQ(text.what, Explanation::What::foreign);
  EXPECT_NE(text.why.find("shelf/x"), std::string::npos);
  EXPECT_EQ(explain(journal.head()).what, Explanation::What::foreign);
  const Explanation account = explain(world.account("ann"));
  EXPECT_EQ(account.what, Explanation::What::participant);
  EXPECT_TRUE(account.is_there);
  EXPECT_TRUE(account.held.empty());
  EXPECT_FALSE(account.changed);
}

TEST_F(ExplainerTest, TellsOfADocumentThatIsAboutToBeCreated) {
  Participant none;
  none.is_there = false;
  put(Key{"shelf/x"}, write_participant(none));
  declare(Key{"shelf/x"}, true);
  const Explanation explained = explain(Key{"shelf/x"});
  EXPECT_FALSE(explained.is_there);
  EXPECT_EQ(explained.state.text, "absent");
  ASSERT_EQ(explained.held.size(), 1U);
  EXPECT_EQ(explained.held.front().stage, Stage::undecided);
}

TEST_F(ExplainerTest, SaysWhichEntryIsStillOpen) {
  const Key ann = world.account("ann");
  const Hold hold = declare(ann, false);
  fence();
  const HeldBy held = explain(ann).held.at(0);
  EXPECT_EQ(held.hold.intent, hold.intent);
  EXPECT_EQ(held.stage, Stage::undecided);
  EXPECT_EQ(held.open, EntryNumber{2});
  EXPECT_EQ(held.operation(), nullptr);
  EXPECT_EQ(held.within, 1000ms);
}

TEST_F(ExplainerTest, SaysBehindWhomOneWaitsAndHowLong) {
  const Key ann = world.account("ann");
  const Hold first = declare(ann, true);
  declare(ann, false);
  declare(ann, false);
  const auto held = explain(ann).held;
  ASSERT_EQ(held.size(), 3U);
  EXPECT_EQ(held[0].stage, Stage::undecided);
  EXPECT_FALSE(held[0].behind);
  for (const HeldBy& waits : {held[1], held[2]}) {
    EXPECT_EQ(waits.stage, Stage::waiting);
    EXPECT_EQ(waits.behind, first.intent);
    EXPECT_EQ(waits.within, 2000ms);  // those that only add do not wait for each other
  }
}

TEST_F(ExplainerTest, ShowsTheOperationOnceItIsCommitted) {
  const Key ann = world.orphan(journal, "ann");
  const HeldBy held = explain(ann).held.at(0);
  EXPECT_EQ(held.stage, Stage::committed);
  EXPECT_EQ(held.within, 0ms);
  ASSERT_NE(held.operation(), nullptr);
  EXPECT_EQ(held.entry->number, EntryNumber{1});
  EXPECT_EQ(held.operation()->effects.at(0).kind, "add");
  EXPECT_EQ(held.operation()->line.at("buyer"), "account/ann");
}

TEST_F(ExplainerTest, ShowsALostWindow) {
  const Key ann = world.account("ann");
  declare(ann, false);
  for (int entries = 0; entries < 3; ++entries) fence();
  const HeldBy held = explain(ann).held.at(0);
  EXPECT_EQ(held.stage, Stage::passed);
  EXPECT_EQ(held.open, EntryNumber{});
  EXPECT_EQ(held.within, 0ms);
}

TEST_F(ExplainerTest, ShowsAHoldThatNobodyCanDecide) {  // I9
  const Key ann = world.account("ann");
  const Sequence nowhere{"journal/2"};
  world.declare(nowhere, world.payment(ann));
  EXPECT_EQ(explain(ann).held.at(0).stage, Stage::stray);
  EXPECT_FALSE(explain(ann).held.at(0).within);
}

TEST_F(ExplainerTest, ShowsAHoldThatTheHeadHasPassed) {  // I6
  const Key ann = world.orphan(journal, "ann");
  const Bytes held = world.bytes(ann);
  finish(EntryNumber{1});
  const auto now = world.run(world.store.get(ann));
  ASSERT_TRUE(world.run(world.store.cas(ann, (*now)->version, held)));
  EXPECT_EQ(explain(ann).held.at(0).stage, Stage::unsettled);
}

TEST_F(ExplainerTest, TakesNothingForBrokenThatWasDecidedMeanwhile) {  // I6
  const Key ann = world.orphan(journal, "ann");
  bool is_done = false;
  world.store.meanwhile = [&](const std::string& /*call*/, const Key& key) -> Task<void> {
    if (key != journal.head() || std::exchange(is_done, true)) return nothing();
    return publish(&world.books.finisher);
  };
  Explainer explainer(world.books.sequences, world.books.participants);
  const auto explained = world.run(explainer.explain(ann));
  ASSERT_TRUE(explained);
  EXPECT_TRUE(is_done);
  EXPECT_EQ(explained->held.at(0).stage, Stage::over);
}

TEST_F(ExplainerTest, ShowsWhatChangedADocumentLastAndNotWhatOnlyLooked) {
  const Key ann = world.orphan(journal, "ann");
  finish(EntryNumber{1});
  const Explanation paid = explain(ann);
  ASSERT_TRUE(paid.changed && paid.changed->operation() != nullptr);
  EXPECT_EQ(paid.settled, 1U);
  EXPECT_EQ(paid.changed->settled.entry, EntryNumber{1});
  EXPECT_TRUE(paid.held.empty());

  Operation look = world.payment(ann);
  look.effects = {check_effect(ann, paid.state)};
  declare(ann, true, 8);
  Decision decision = [&](Participant& participant) {
    participant.holds.front().intent = look.intent;
    return Verdict::write;
  };
  ASSERT_TRUE(world.run(world.books.participants.update(ann, decision)));
  world.claim(journal, {look});
  finish(EntryNumber{2});
  const Explanation looked = explain(ann);
  EXPECT_EQ(looked.settled, 2U);
  EXPECT_EQ(looked.changed->settled.entry, EntryNumber{1});
  EXPECT_TRUE(looked.changed->changes);

  // As if the payment had moved into a page.
  Decision forget = [](Participant& participant) {
    (void)participant.settled.take_oldest(1);
    return Verdict::write;
  };
  ASSERT_TRUE(world.run(world.books.participants.update(ann, forget)));
  const Explanation last = explain(ann);
  EXPECT_EQ(last.changed->settled.entry, EntryNumber{2});
  EXPECT_FALSE(last.changed->changes);
}

TEST_F(ExplainerTest, SaysSoWhereASettlementHasNoEntry) {  // I5
  const Key ann = world.account("ann");
  const Settled settled{.intent = world.payment(ann).intent,
                        .sequence = journal,
                        .entry = EntryNumber{9},
                        .issued = {}};
  Decision decision = [&](Participant& participant) {
    participant.settled.push_back(settled);
    return Verdict::write;
  };
  ASSERT_TRUE(world.run(world.books.participants.update(ann, decision)));
  const Explanation explained = explain(ann);
  ASSERT_TRUE(explained.changed);
  EXPECT_EQ(explained.changed->operation(), nullptr);
}

}  // namespace
}  // namespace posse
