/// What changing and reading documents costs: calls of the store, counted.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "documents_world.h"

namespace posse {
namespace {

/// Calls of the store.
struct Calls {
  int reads = 0;
  int writes = 0;
  int entries = 0;  ///< Of the writes: claims of an entry.
};

/// A process that has used every journal before, on documents that another one has made.
struct DocumentsCost : ::testing::Test {
  static constexpr int documents = 128;

  World world;
  int entries = 0;
  std::optional<Process> process;

  DocumentsCost() {
    Process maker(world, 5);
    for (int i = 0; i < documents; ++i)
      maker.change({.effects = {create_effect(key(i), {{"n", 0}})}});
    world.store.fault = [this](const std::string& call, const Key& key) {
      if (call == "add" && key.text().find("/entry/") != std::string::npos) ++entries;
      return Fault::none;
    };
    process.emplace(world, 2);
    for (int i = 0; i < documents; ++i) process->change({.effects = {create_effect(other(i), {})}});
  }

  static Key key(int number) { return Key{"shelf/" + std::to_string(number)}; }
  static Key other(int number) { return Key{"other/" + std::to_string(number)}; }

  /// Those of `work` and of what is left to do when it has been answered.
  Calls calls_of(const std::function<void()>& work) {
    world.pass(2s);
    const Calls before{world.store.calls["get"], world.store.writes(), entries};
    work();
    world.pass(2s);
    return {world.store.calls["get"] - before.reads, world.store.writes() - before.writes,
            entries - before.entries};
  }

  template <class What = Change>
  void happens(What what) {
    EXPECT_TRUE(std::holds_alternative<Happened>(process->change(std::move(what))));
  }

  /// Transfers all at once, each between a document and the next one.
  Calls calls_of_transfers(int count, int among) {
    std::vector<std::optional<Result<Fate>>> fates(static_cast<std::size_t>(count));
    const Calls calls = calls_of([&] {
      for (int i = 0; i < count; ++i) {
        std::vector<Effect> effects{add_effect(key(2 * i % among), "n", -1),
                                    add_effect(key((2 * i + 1) % among), "n", 1)};
        process->start(Change{.effects = std::move(effects)}, &fates[static_cast<std::size_t>(i)]);
      }
    });
    for (const auto& fate : fates) {
      EXPECT_TRUE(fate && *fate && std::holds_alternative<Happened>(**fate));
    }
    return calls;
  }
};

Task<void> at_once() {
  co_return;
}

std::vector<Effect> effects_on(int count, const std::function<Effect(int)>& effect) {
  std::vector<Effect> effects;
  for (int i = 0; i < count; ++i) effects.push_back(effect(i));
  return effects;
}

/// A hold and a settlement for each document; entry, receipt and head for the change. Of the reads
/// two look whether the journal has gone on.
TEST_F(DocumentsCost, OfAChangeAloneIsTwoWritesADocumentAndThree) {
  for (int count = 1; count <= 3; ++count) {
    const auto adds = effects_on(count, [](int i) { return add_effect(key(i), "n", 1); });
    const auto sets = effects_on(count, [](int i) { return set_effect(key(10 + i), {{"n", 1}}); });
    const auto creates = effects_on(
        count, [&](int i) { return create_effect(other(1000 * count + i), {{"n", 1}}); });
    const auto removes =
        effects_on(count, [&](int i) { return remove_effect(other(1000 * count + i)); });
    for (const auto& effects : {adds, sets, creates, removes}) {
      const Calls calls = calls_of([&] { happens({.effects = effects}); });
      EXPECT_EQ(calls.writes, 2 * count + 3) << effects.front().kind;
      EXPECT_EQ(calls.entries, 1);
      EXPECT_EQ(calls.reads, count + 2) << effects.front().kind;
    }
  }
}

TEST_F(DocumentsCost, OfAPlanIsOneReadMoreForEachDocument) {
  for (int count = 1; count <= 3; ++count) {
    Plan plan;
    for (int i = 0; i < count; ++i) plan.keys.push_back(key(i));
    plan.choose = [&](const auto& /*found*/) -> std::variant<Choice, Refusal> {
      return Choice{.effects = effects_on(count, [](int i) { return remove_effect(key(i)); })};
    };
    const Calls calls = calls_of([&] { happens(plan); });
    EXPECT_EQ(calls.writes, 2 * count + 3);
    EXPECT_EQ(calls.reads, 2 * count + 2);
    happens({.effects = effects_on(count, [](int i) { return create_effect(key(i), {}); })});
  }
}

TEST_F(DocumentsCost, OfManyChangesOfADocumentIsAPageForEachSixteen) {
  const Change change{.effects = {add_effect(key(0), "n", 1)}};
  for (std::size_t i = 1; i < settled_max; ++i) happens(change);
  const int pages = 4;
  const int changes = pages * static_cast<int>(settled_page);
  const Calls calls = calls_of([&] {
    for (int i = 0; i < changes; ++i) happens(change);
  });
  EXPECT_EQ(calls.writes, 5 * changes + pages);
}

TEST_F(DocumentsCost, OfAProcessIsTheHeadOfEachJournalThatItUses) {
  Process fresh(world, 9);
  const int changes = 200;  // so many that chance has found every journal
  const Calls calls = calls_of([&] {
    for (int i = 0; i < changes; ++i) {
      fresh.change({.effects = {create_effect(other(5000 + i), {})}});
    }
  });
  EXPECT_EQ(calls.writes, 5 * changes + static_cast<int>(journals));
}

TEST_F(DocumentsCost, OfARequestThatIsAskedAgainIsNoWrite) {
  const Change change{.request = "once", .effects = {add_effect(key(0), "n", 1)}};
  happens(change);
  EXPECT_EQ(calls_of([&] { happens(change); }).writes, 0);
}

/// Documents are held in the order of their keys, and those that are held are let go.
TEST_F(DocumentsCost, OfARefusedChangeIsTwoWritesForEachDocumentBeforeTheOneThatRefuses) {
  const auto refused_on = [&](std::vector<Effect> effects) {
    const Change change{.effects = std::move(effects)};
    return calls_of([&] { EXPECT_EQ(refusal_code(process->change(change)), "missing"); });
  };
  const Effect first = set_effect(key(0), {{"n", 1}});
  EXPECT_EQ(refused_on({remove_effect(other(9000))}).writes, 0);
  EXPECT_EQ(refused_on({remove_effect(other(9000)), first}).writes, 0);
  EXPECT_EQ(refused_on({first, remove_effect(Key{"shelf/none"})}).writes, 2);
}

TEST_F(DocumentsCost, OfAReadIsOneOfADocumentAndTwoOfEachOfSeveral) {
  for (int count = 1; count <= 3; ++count) {
    std::vector<Key> keys;
    for (int i = 0; i < count; ++i) keys.push_back(key(i));
    const Calls calls = calls_of([&] { process->read(keys); });
    EXPECT_EQ(calls.reads, count == 1 ? 1 : 2 * count);
    EXPECT_EQ(calls.writes, 0);
  }
}

/// Each document is held before the next one, so that nobody waits in a circle; then comes the
/// entry.
TEST_F(DocumentsCost, OfAnAnswerIsAWaitForEachDocumentAndOne) {
  world.store.meanwhile = [&](const std::string& call, const Key& /*key*/) {
    return call == "get" ? at_once() : world.clock.sleep(1ms);
  };
  for (int count = 1; count <= 3; ++count) {
    const Change change{.effects = effects_on(count, [](int i) { return set_effect(key(i), {}); })};
    world.pass(2s);
    const auto start = world.clock.steady();
    happens(change);
    EXPECT_EQ(world.clock.steady() - start, (count + 1) * 1ms);
  }
}

/// Those that wait at once for one journal share its entry.
TEST_F(DocumentsCost, OfChangesAtOnceIsTheirShareOfAnEntry) {
  const int count = documents / 2;
  const Calls calls = calls_of_transfers(count, documents);
  EXPECT_EQ(calls.writes, 2 * 2 * count + 3 * calls.entries);
  EXPECT_LE(calls.entries, static_cast<int>(journals));
}

/// Holds of one document that come together are one write, and so are their settlements.
TEST_F(DocumentsCost, OfChangesOfHotDocumentsIsLess) {
  const int count = 64;
  EXPECT_LT(calls_of_transfers(count, 10).writes, 2 * count);
}

}  // namespace
}  // namespace posse
