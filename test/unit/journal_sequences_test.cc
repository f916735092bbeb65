/// Tests of entries, receipts and heads in the store, and of what follows from an entry.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "journal_world.h"

namespace posse {
namespace {

struct SequencesTest : testing::Test {
  World world;
  Sequence sequence{"journal/1"};
  Sequences& sequences = world.books.sequences;

  void SetUp() override { world.create(sequence); }
};

TEST_F(SequencesTest, AddAnEntryOnceAndNeverChangeIt) {  // S9 I1
  const auto first = world.claim(sequence, {});
  const std::string before = world.bytes(sequence.entry(EntryNumber{1}));
  Entry other = *first.entry;
  other.state = {{"other", 1}};
  const auto added = world.run(sequences.add_entry(sequence, EntryNumber{1}, write_entry(other)));
  EXPECT_EQ(added.value(), Write::refused);
  EXPECT_EQ(world.bytes(sequence.entry(EntryNumber{1})), before);
}

TEST_F(SequencesTest, AreContentWithAReceiptThatIsThere) {  // S7
  const auto entry = world.claim(sequence, {world.payment(world.account("ann"))}).entry;
  EXPECT_FALSE(world.run(sequences.receipt(sequence, EntryNumber{1})).value());
  EXPECT_TRUE(world.run(sequences.add_receipt(entry)));
  EXPECT_TRUE(world.run(sequences.add_receipt(entry)));
  const auto receipt = world.run(sequences.receipt(sequence, EntryNumber{1})).value();
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->lines.at(0).at("slot"), 1);
}

TEST_F(SequencesTest, MoveAHeadOnlyFromWhereItWasRead) {  // S9 I7: never by plain SET
  const auto first = world.claim(sequence, {});
  const auto second = world.claim(sequence, {});
  auto early = world.run(sequences.head(sequence)).value().value();
  auto late = early;
  EXPECT_EQ(world.run(sequences.move_head(sequence, &early, second.tip)).value(), Write::done);
  EXPECT_EQ(world.run(sequences.move_head(sequence, &late, first.tip)).value(), Write::refused);
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
  EXPECT_EQ(world.run(sequences.create_head(sequence, {})).value(), Write::refused);
  EXPECT_EQ(world.head(sequence), EntryNumber{2});
}

TEST_F(SequencesTest, KeepTheSettingsWhenTheHeadMoves) {
  const Sequence other{"journal/2"};
  ASSERT_TRUE(world.run(sequences.create_head(other, {{"price", 5}})));
  auto head = world.run(sequences.head(other)).value().value();
  const auto first = world.claim(other, {});
  ASSERT_TRUE(world.run(sequences.move_head(other, &head, first.tip)));
  EXPECT_EQ(world.run(sequences.head(other)).value()->head.settings.at("price"), 5);
}

TEST_F(SequencesTest, KnowTheTipOfTheEmptySequenceWithoutReading) {
  world.store.calls.clear();
  const auto tip = world.run(sequences.tip_at(sequence, EntryNumber{}));
  EXPECT_EQ(tip.value().hash, digest("journal/1"));
  EXPECT_TRUE(world.store.calls.empty());
}

TEST_F(SequencesTest, ReadAgainATipThatWasSeen) {
  const auto first = world.claim(sequence, {});
  Node node(world);
  node.store.stale[sequence.entry(EntryNumber{1})] = {.shown = {}, .times = 5};
  const auto tip = world.run(node.journal.sequences().tip_at(sequence, EntryNumber{1}));
  EXPECT_EQ(tip.value().hash, first.tip.hash);
  const auto never = world.run(node.journal.sequences().tip_at(sequence, EntryNumber{2}));
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Errc::contended);
}

TEST_F(SequencesTest, LeaveADamagedEntryAlone) {  // I1
  const Key key = sequence.entry(EntryNumber{1});
  ASSERT_TRUE(world.run(world.store.add(key, "{}")));
  const auto read = world.run(sequences.entry(sequence, EntryNumber{1}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::unreadable);
  EXPECT_NE(read.error().detail.find(key.text()), std::string::npos);
}

TEST(Entry, NumbersItsOperationsThrough) {  // I3
  World world;
  const Sequence sequence{"journal/1"};
  world.create(sequence);
  const Key ann = world.account("ann");
  const auto first = world.claim(sequence, {world.payment(ann), world.payment(ann)});
  const auto fence = world.claim(sequence, {});
  const auto third = world.claim(sequence, {world.payment(ann)});
  EXPECT_EQ(first.entry->slot_of(first.entry->operations[1]), Slot{2});
  EXPECT_EQ(fence.tip.slot, Slot{2});
  EXPECT_EQ(third.entry->slot_of(third.entry->operations[0]), Slot{3});
  EXPECT_EQ(third.entry->find(first.entry->operations[0].intent), nullptr);
}

TEST(Entry, NeverGoesBackInTime) {
  Tip tip = empty_tip(Sequence{"journal/1"});
  tip.time = Time{std::chrono::milliseconds{500}};
  const Time early{std::chrono::milliseconds{400}};
  const Time late{std::chrono::milliseconds{600}};
  EXPECT_EQ(next_entry(Sequence{"journal/1"}, tip, early).time, tip.time);
  EXPECT_EQ(next_entry(Sequence{"journal/1"}, tip, late).time, late);
}

TEST(Entry, ListsEachParticipantOncePerOperation) {
  const Key ann{"account/ann"};
  const Key ben{"account/ben"};
  Entry entry;
  entry.operations.resize(2);
  entry.operations[0].effects = {add_effect(ben, "a", 1), add_effect(ann, "a", 1),
                                 add_effect(ben, "b", 1)};
  entry.operations[1].effects = {add_effect(ben, "a", 1)};
  const auto parts = entry.by_participant();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(*parts[0].key, ann);
  EXPECT_EQ(parts[0].operation, &entry.operations[0]);
  EXPECT_EQ(*parts[1].key, ben);
  EXPECT_EQ(parts[1].operation, &entry.operations[0]);
  EXPECT_EQ(*parts[2].key, ben);
  EXPECT_EQ(parts[2].operation, &entry.operations[1]);
}

/// The dumb twin counts.
RC_GTEST_PROP(SequencesProperty, FindTheNewestTipFromAnyEarlierOne, ()) {
  World world;
  const Sequence sequence{"journal/1"};
  std::vector<Tip> tips{empty_tip(sequence)};
  const auto entries = *rc::gen::inRange<std::size_t>(0, 40);
  for (std::size_t n = 0; n < entries; ++n) tips.push_back(world.claim(sequence, {}).tip);
  const auto from = *rc::gen::inRange<std::size_t>(0, entries + 1);
  world.store.calls.clear();
  const auto newest = world.run(world.books.sequences.newest_tip(sequence, tips[from]));
  RC_ASSERT(newest.has_value());
  RC_ASSERT(newest->entry == tips.back().entry);
  RC_ASSERT(newest->hash == tips.back().hash);
  RC_ASSERT(world.store.calls["get"] <= 14);  // doubling and halving
}

}  // namespace
}  // namespace posse
