/// Tests of the loop round every step that changes a participant, and of pages.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/task_group.h"
#include "journal_world.h"

namespace posse {
namespace {

/// A step that adds `amount` to the balance.
Decision adds(std::int64_t amount) {
  return [amount](Participant& participant) {
    participant.change("balance", amount);
    return Verdict::write;
  };
}

Decision keeps(int* asked) {
  return [asked](Participant&) {
    ++*asked;
    return Verdict::keep;
  };
}

Task<void> update_in(Participants* participants, Key key, Decision decision,
                     std::optional<Result<Updated>>* result) {
  auto updated = co_await participants->update(std::move(key), std::move(decision));
  result->emplace(std::move(updated));
}

struct ParticipantsTest : testing::Test {
  World world;
  Participants& participants = world.books.participants;
  Participants others{{world.store, world.clock, world.random}, world.books.counters};
  Key ann = world.account("ann");

  Result<Updated> update(const Decision& decision) {
    return world.run(participants.update(ann, decision));
  }
  std::int64_t balance() { return world.participant(ann).value("balance"); }

  Settled settled(int n) {
    SeededRandom own(static_cast<std::uint64_t>(n));
    const Time issued{std::chrono::milliseconds{1000 + n}};
    const RequestKey request = request_key(ann.text(), std::to_string(n), issued);
    return {.intent = Intent::attempt(request, own),
            .sequence = generic_journal(1),
            .entry = EntryNumber{static_cast<std::uint64_t>(n) + 1},
            .issued = issued};
  }

  /// Puts settlements `from` to `to` in, one swap each, as settling does.
  void settle(Participants& node, int from, int to) {
    for (int n = from; n < to; ++n) {
      Decision decision = [&](Participant& participant) {
        participant.settled.push_back(settled(n));
        return Verdict::write;
      };
      const auto updated = world.run(node.update(ann, decision));
      ASSERT_TRUE(updated && *updated == Updated::written);
    }
  }

  std::optional<Settled> find_spilled(int n) {
    const Intent wanted = settled(n).intent;
    std::function<bool(const Settled&)> is_wanted = [&](const Settled& one) {
      return one.intent == wanted;
    };
    const Pages pages{.to = world.participant(ann).pages};
    const auto found = world.run(participants.find_spilled(ann, pages, is_wanted));
    EXPECT_TRUE(found);
    return *found;
  }

  /// Another node adds 1000 before each of the next `times` swaps of this one.
  void meddle(int times) {
    world.store.meanwhile = [this, times, inside = false](const std::string& call,
                                                          Key key) mutable -> Task<void> {
      if (call != "cas" || key != ann || times == 0 || inside) return nothing();
      --times;
      inside = true;
      return change_elsewhere(&others, std::move(key), &inside);
    };
  }

  static Task<void> change_elsewhere(Participants* node, Key key, bool* inside) {
    Decision decision = adds(1000);
    const auto updated = co_await node->update(std::move(key), std::move(decision));
    EXPECT_TRUE(updated);
    *inside = false;
  }
};

TEST_F(ParticipantsTest, SwapsInWhatAStepDecided) {
  world.store.calls.clear();
  EXPECT_EQ(update(adds(5)).value(), Updated::written);
  EXPECT_EQ(world.store.calls["get"], 1);
  EXPECT_EQ(world.store.calls["cas"], 1);
  EXPECT_EQ(balance(), 105);
}

TEST_F(ParticipantsTest, WritesNothingForAStepThatKeeps) {  // S7
  int asked = 0;
  EXPECT_EQ(update(keeps(&asked)).value(), Updated::kept);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(world.store.calls["cas"], 0);
}

TEST_F(ParticipantsTest, SaysWhenThereIsNoSuchDocument) {
  int asked = 0;
  EXPECT_EQ(world.run(participants.update(Key{"account/no"}, keeps(&asked))).value(),
            Updated::absent);
  EXPECT_EQ(asked, 0);
}

TEST_F(ParticipantsTest, SwapsStepsThatWaitTogetherByOneCas) {
  std::vector<std::optional<Result<Updated>>> results(10);
  TaskGroup tasks(world.io.get_executor());
  world.store.calls.clear();
  for (auto& one : results) tasks.spawn(update_in(&participants, ann, adds(1), &one));
  world.run(tasks.join());
  for (const auto& one : results) EXPECT_EQ(one->value(), Updated::written);
  EXPECT_EQ(balance(), 110);
  EXPECT_EQ(world.store.calls["cas"], 2);  // the first alone, then all that came meanwhile
}

TEST_F(ParticipantsTest, AnswersEveryStepOfALaneWithTheFailure) {  // S7
  std::vector<std::optional<Result<Updated>>> results(3);
  TaskGroup tasks(world.io.get_executor());
  world.store.fault = [](const std::string& call, const Key&) {
    return call == "cas" ? Fault::unavailable : Fault::none;
  };
  for (auto& one : results) tasks.spawn(update_in(&participants, ann, adds(1), &one));
  world.run(tasks.join());
  for (const auto& one : results) EXPECT_EQ(one->error().code, Errc::unavailable);
  world.store.fault = nullptr;
  EXPECT_EQ(update(adds(1)).value(), Updated::written);  // the lane is free again
  EXPECT_EQ(balance(), 101);
}

TEST_F(ParticipantsTest, ReadsAndDecidesAgainWhenRefused) {  // S7 I5
  meddle(3);
  EXPECT_EQ(update(adds(5)).value(), Updated::written);
  EXPECT_EQ(balance(), 3105);
  EXPECT_EQ(world.books.counters.swaps_lost, 3U);
}

TEST_F(ParticipantsTest, GivesUpAfterTheBound) {
  meddle(-1);
  const auto updated = update(adds(5));
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, Errc::contended);
  EXPECT_EQ(world.books.counters.swaps_lost, static_cast<std::uint64_t>(swaps_max));
  world.store.meanwhile = nullptr;
  EXPECT_EQ(balance(), 100 + 1000 * swaps_max);
}

TEST_F(ParticipantsTest, ReadsAgainWhatIsUnknown) {  // S7
  for (const Fault fault : {Fault::unknown_applied, Fault::unknown_lost}) {
    const auto hold = Hold{.intent = settled(static_cast<int>(fault)).intent,
                           .sequence = generic_journal(1),
                           .first = EntryNumber{1},
                           .last = EntryNumber{8},
                           .issued = {},
                           .reserve = {}};
    int swaps = 0;
    world.store.fault = [&](const std::string& call, const Key&) {
      return call == "cas" && swaps++ == 0 ? fault : Fault::none;
    };
    int asked = 0;
    const auto updated = update([&](Participant& participant) {
      ++asked;
      if (participant.hold(hold.intent) != nullptr) return Verdict::keep;  // its own work
      participant.holds.push_back(hold);
      return Verdict::write;
    });
    world.store.fault = nullptr;
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(updated.value(), fault == Fault::unknown_applied ? Updated::kept : Updated::written);
    EXPECT_NE(world.participant(ann).hold(hold.intent), nullptr);
  }
  EXPECT_EQ(world.participant(ann).holds.size(), 2U);
}

TEST_F(ParticipantsTest, SavesTheSecondReadOfWhatItHasWritten) {
  world.declare(generic_journal(1), world.payment(ann));
  world.store.calls.clear();
  EXPECT_EQ(update(adds(1)).value(), Updated::written);
  EXPECT_EQ(world.store.calls["get"], 0);
  EXPECT_EQ(world.store.calls["cas"], 1);
}

TEST_F(ParticipantsTest, NeverTakesARememberedCopyAsEvidenceOfAbsence) {  // I5
  world.declare(generic_journal(1), world.payment(ann));                  // remembered now
  ASSERT_TRUE(world.run(others.update(ann, adds(900))));
  std::vector<std::int64_t> seen;
  const auto updated = update([&](Participant& participant) {
    seen.push_back(participant.value("balance"));
    return Verdict::keep;
  });
  EXPECT_EQ(updated.value(), Updated::kept);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{100, 1000}));
}

TEST_F(ParticipantsTest, LosesNothingByARememberedCopyThatIsOld) {  // S7 I5
  world.declare(generic_journal(1), world.payment(ann));
  ASSERT_TRUE(world.run(others.update(ann, adds(900))));
  EXPECT_EQ(update(adds(1)).value(), Updated::written);
  EXPECT_EQ(balance(), 1001);
}

TEST_F(ParticipantsTest, ConfirmsByACasThatChangesNothing) {  // S8
  const std::string before = world.bytes(ann);
  world.store.calls.clear();
  const auto updated = update([](Participant&) { return Verdict::confirm; });
  EXPECT_EQ(updated.value(), Updated::written);
  EXPECT_EQ(world.store.calls["cas"], 1);
  EXPECT_EQ(world.bytes(ann), before);
}

TEST_F(ParticipantsTest, LeavesAForeignDocumentAlone) {
  const Key foreign{"account/foreign"};
  ASSERT_TRUE(world.run(world.store.add(foreign, R"({"v":2})")));
  const auto updated = world.run(participants.update(foreign, adds(1)));
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, Errc::unreadable);
  EXPECT_EQ(world.bytes(foreign), R"({"v":2})");
}

TEST_F(ParticipantsTest, SpillTheOldestSixteenIntoAPage) {
  settle(participants, 0, 32);
  EXPECT_EQ(world.participant(ann).settled.size(), 16U);
  EXPECT_EQ(world.participant(ann).pages, 1U);
  EXPECT_EQ(number(world.participant(ann).spilled_until), 1015);
  settle(participants, 32, 48);
  const Participant now = world.participant(ann);
  EXPECT_EQ(now.pages, 2U);
  EXPECT_EQ(number(now.spilled_until), 1031);
  EXPECT_EQ(now.settled.at(0).intent, settled(32).intent);
  EXPECT_EQ(now.settled.at(now.settled.size() - 1).intent, settled(47).intent);
  Settlements page;
  for (int n = 0; n < 16; ++n) page.push_back(settled(0));
  EXPECT_EQ(world.bytes(settled_page_key(ann, 0)).size(),
            write_settled_page(page).size() + 7);  // entries 10..16
}

TEST_F(ParticipantsTest, FindEverySettlementInAPage) {  // I5: settled lists are complete for ever
  settle(participants, 0, 80);
  const Participant now = world.participant(ann);
  for (int n = 0; n < 80; ++n) {
    const bool in_document = now.settlement(settled(n).intent).has_value();
    const auto in_page = find_spilled(n);
    EXPECT_NE(in_document, in_page.has_value()) << n;
    EXPECT_EQ(in_page.value_or(settled(n)).entry, settled(n).entry);
  }
  EXPECT_FALSE(find_spilled(80));
}

TEST_F(ParticipantsTest, WriteTheSamePageWhoeverSpills) {
  settle(participants, 0, 31);
  world.store.fault = [this](const std::string& call, const Key& key) {
    return call == "cas" && key == ann ? Fault::unavailable : Fault::none;
  };
  const auto died = update([this](Participant& participant) {
    participant.settled.push_back(settled(31));  // the page is added, then the node dies
    return Verdict::write;
  });
  EXPECT_FALSE(died);
  world.store.fault = nullptr;
  const std::string page = world.bytes(settled_page_key(ann, 0));
  EXPECT_FALSE(page.empty());
  EXPECT_EQ(world.participant(ann).settled.size(), 31U);
  EXPECT_EQ(world.participant(ann).pages, 0U);
  settle(others, 40, 41);  // another settlement comes first this time
  EXPECT_EQ(world.bytes(settled_page_key(ann, 0)), page);
  EXPECT_EQ(world.participant(ann).pages, 1U);
  EXPECT_EQ(world.participant(ann).settled.size(), 16U);
  EXPECT_NE(find_spilled(0), std::nullopt);
}

TEST_F(ParticipantsTest, RepeatTheAddOfAPageThatIsUnknown) {
  settle(participants, 0, 31);
  for (const Fault fault : {Fault::unknown_lost, Fault::unknown_applied}) {
    int adds = 0;
    world.store.fault = [&](const std::string& call, const Key&) {
      return call == "add" && adds++ == 0 ? fault : Fault::none;
    };
    const int from = fault == Fault::unknown_lost ? 31 : 47;
    settle(participants, from, from + 1);
    EXPECT_EQ(adds, 2);
    world.store.fault = nullptr;
    settle(participants, from + 1, from + 16);
  }
  EXPECT_EQ(world.participant(ann).pages, 2U);
  EXPECT_TRUE(find_spilled(0));
  EXPECT_TRUE(find_spilled(31));
}

TEST_F(ParticipantsTest, SpillNothingWhileThePageStaysUndecided) {
  settle(participants, 0, 31);
  world.store.fault = [](const std::string& call, const Key&) {
    return call == "add" ? Fault::unknown_applied : Fault::none;
  };
  int adds = 0;
  world.store.fault = [&](const std::string& call, const Key&) {
    return call == "add" && ++adds > 0 ? Fault::unknown_lost : Fault::none;
  };
  const auto updated = update([this](Participant& participant) {
    participant.settled.push_back(settled(31));
    return Verdict::write;
  });
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, Errc::unavailable);
  EXPECT_EQ(adds, failures_max);
  EXPECT_EQ(world.participant(ann).settled.size(), 31U);
}

TEST_F(ParticipantsTest, DoNotTakeAPageForAbsentThatIsSaidToExist) {
  const Pages pages{.to = 1};
  const auto found =
      world.run(participants.find_spilled(ann, pages, [](const Settled&) { return true; }));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::contended);
}

TEST_F(ParticipantsTest, AreCreatedOnce) {
  EXPECT_EQ(world.run(participants.create(ann, {{"balance", 7}})).value(), Write::refused);
  EXPECT_EQ(balance(), 100);
}

}  // namespace
}  // namespace posse
