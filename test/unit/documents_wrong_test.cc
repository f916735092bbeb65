/// Tests of what must not get in: whatever an application brings, its documents stay readable.
// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.h"
#include "core/sequence.h"
#include "documents_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// A kind that makes of a document what a function makes of it.
class Making final : public Kind {
 public:
  using Make = std::function<void(std::optional<boost::json::object>&)>;

  explicit Making(Make make) : make_(std::move(make)) {}

  std::optional<Refusal> check(const boost::json::object& /*details*/) const override { return {}; }
  std::optional<Refusal> admit(const boost::json::object* /*value*/,
                               const boost::json::object& /*details*/) const override {
    return {};
  }
  void apply(std::optional<boost::json::object>& value,
             const boost::json::object& /*details*/) const override {
    make_(value);
  }

 private:
  Make make_;
};

Effect effect_of(const std::string& kind) {
  return {.key = x, .kind = kind, .details = {}};
}

class DocumentsWrong : public ::testing::Test {
 protected:
  World world;
  Process process{world};

  std::string told(const Result<Fate>& fate) {
    if (!fate) return "error: " + fate.error().detail;
    if (const auto* happened = std::get_if<Happened>(&*fate))
      return happened->repeated ? "repeated" : "happened";
    const auto* refusal = std::get_if<Refusal>(&*fate);
    return refusal == nullptr ? "pending" : refusal->code;
  }
  std::string tell(Change change) {
    return told(world.run(process.documents.atomically(std::move(change))));
  }
  boost::json::value value(const Key& key) { return process.value(key); }
};

// The number would never come: the document would be held for ever, and its journal too.
TEST_F(DocumentsWrong, NumbersAreAddedOnlyToNumbers) {  // I5
  for (const boost::json::value& no_number :
       {boost::json::value("text"), boost::json::value(9.5), boost::json::value(nullptr),
        boost::json::value(UINT64_MAX)}) {
    EXPECT_EQ(tell({.effects = {create_effect(x, {{"n", no_number}}), create_effect(y, {})}}),
              "happened");
    EXPECT_EQ(tell({.effects = {add_effect(x, "n", -1), add_effect(y, "n", 1)}}), "no_number");
    EXPECT_EQ(value(y), boost::json::object());
    EXPECT_EQ(tell({.effects = {remove_effect(x), remove_effect(y)}}), "happened");
  }
}

TEST_F(DocumentsWrong, NumbersAreTheSameAfterTheyAreReadAgain) {
  EXPECT_EQ(tell({.effects = {create_effect(x, {{"n", std::uint64_t{50}}})}}), "happened");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", 1)}}), "happened");
  EXPECT_EQ(value(x).at("n").as_int64(), 51);
}

TEST_F(DocumentsWrong, AFloorHoldsAgainstWhoHasNone) {  // I4
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 5}}), create_effect(y, {{"n", 0}})}}),
            "happened");
  world.pass(1s);
  Process slow(world, 2);
  bool has_slept = false;
  world.store.meanwhile = [&](std::string call, Key key) -> Task<void> {
    if (has_slept || call != "cas" || key != y) co_return;
    has_slept = true;
    co_await world.clock.sleep(500ms);
  };
  std::optional<Result<Fate>> fate;
  slow.start(Change{.effects = {add_effect(x, "n", -5, 0), add_effect(y, "n", 1)}}, &fate);
  world.pass(100ms);
  EXPECT_TRUE(has_slept);
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", -100)}}), "happened");
  ASSERT_TRUE(fate);  // it was first, so the other one waited for it
  EXPECT_EQ(told(*fate), "happened");
  EXPECT_EQ(value(x).at("n"), -100);
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", -1, -101)}}), "happened");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", -1, -101)}}), "insufficient_funds");
}

TEST_F(DocumentsWrong, NewFieldsDoNotMakeADocumentTooLargeToChange) {  // I9
  ASSERT_EQ(tell({.effects = {create_effect(x, {})}}), "happened");
  std::string last = "happened";
  for (int i = 0; i < 30 && last == "happened"; ++i) {
    last = tell({.effects = {add_effect(x, std::string(60'000, 'a') + std::to_string(i), 1)}});
  }
  EXPECT_EQ(last, "too_large");
  std::vector<std::optional<Result<Fate>>> fates(12);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const std::string field = std::string(20'000, 'b') + std::to_string(i);
    process.start(Change{.effects = {add_effect(x, field, 1)}}, &fates[i]);
  }
  world.pass(5s);
  EXPECT_LT(world.bytes(x).size(), 600'000U);
  const State state = process.read({x}).front().state;
  EXPECT_EQ(tell({.effects = {check_effect(x, state), create_effect(y, {})}}), "happened");
  EXPECT_EQ(tell({.effects = {remove_effect(x)}}), "happened");
}

// The others would be told that theirs is too large.
TEST_F(DocumentsWrong, WhatIsSetAsideDoesNotMakeADocumentTooLargeForOthers) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 0}})}}), "happened");
  std::vector<std::string> names;
  for (char letter = 'a'; letter < 'h'; ++letter) {
    names.emplace_back(60'000, letter);
    ASSERT_EQ(tell({.effects = {add_effect(x, names.back(), 100)}}), "happened");
  }
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    if (call != "get") co_await world.clock.sleep(5ms);
  };
  std::vector<std::optional<Result<Fate>>> fates(12);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    process.start(Change{.effects = {add_effect(x, names[i % names.size()], -1, -5)}}, &fates[i]);
  }
  std::optional<Result<Fate>> other;
  process.start(Change{.effects = {add_effect(x, "n", 1)}}, &other);
  world.pass(10s);
  ASSERT_TRUE(other);
  EXPECT_EQ(told(*other), "happened");
  for (const auto& fate : fates) EXPECT_TRUE(fate && *fate) << "no error";
  world.store.meanwhile = nullptr;
}

TEST_F(DocumentsWrong, KindsOfOnesOwnMakeNothingUnreadable) {  // I9
  const auto nest = [](std::optional<boost::json::object>& value) {
    boost::json::object outer;
    outer["in"] = value.value_or(boost::json::object());
    value = std::move(outer);
  };
  const auto divide = [](std::optional<boost::json::object>& value) {
    value = boost::json::object{{"ratio", std::numeric_limits<double>::quiet_NaN()}};
  };
  const auto fail = [](std::optional<boost::json::object>& value) { value->at("none"); };
  process.documents.learn("fail", std::make_unique<Making>(fail));
  process.documents.learn("nest", std::make_unique<Making>(nest));
  process.documents.learn("divide", std::make_unique<Making>(divide));
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 1}})}}), "happened");
  EXPECT_EQ(tell({.effects = {effect_of("divide")}}), "malformed");
  EXPECT_EQ(tell({.effects = {effect_of("fail")}}), "threw");
  std::string last = "happened";
  for (int i = 0; i < 40 && last == "happened"; ++i) last = tell({.effects = {effect_of("nest")}});
  EXPECT_EQ(last, "malformed");
  EXPECT_TRUE(value(x).is_object());
  EXPECT_EQ(tell({.effects = {remove_effect(x)}}), "happened");
}

TEST_F(DocumentsWrong, DocumentsAndNotesHaveSixteenLevels) {
  boost::json::object value{{"level", 16}};
  for (int level = 15; level > 0; --level) value = {{"level", level}, {"in", value}};
  EXPECT_EQ(tell({.effects = {create_effect(x, value)}, .note = value}), "happened");
  EXPECT_EQ(process.value(x), value);
  const boost::json::object deeper{{"in", value}};
  EXPECT_EQ(tell({.effects = {create_effect(y, deeper)}}), "malformed");
  EXPECT_EQ(tell({.effects = {create_effect(y, {})}, .note = deeper}), "malformed");
}

/// Memory of a caller that goes once he has his answer.
class CallersMemory final : public boost::json::memory_resource {
 public:
  int kept = 0;  ///< Pieces that somebody has.

 private:
  void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override {
    ++kept;
    return ::operator new(bytes);
  }
  void do_deallocate(void* piece, std::size_t /*bytes*/, std::size_t /*alignment*/) override {
    --kept;
    ::operator delete(piece);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

TEST_F(DocumentsWrong, NothingOfTheCallersMemoryIsKeptBehindTheAnswer) {
  const auto nothing = [](std::optional<boost::json::object>& /*value*/) {};
  process.documents.learn("look", std::make_unique<Making>(nothing));
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    if (call != "get") co_await world.clock.sleep(1ms);
  };
  CallersMemory memory;
  {
    boost::json::object details(&memory);
    details["text"] = "so long that it needs a piece of memory for itself";
    std::vector<Effect> effects;
    effects.push_back({.key = x, .kind = "look", .details = std::move(details)});
    EXPECT_EQ(tell({.effects = std::move(effects)}), "happened");
  }
  EXPECT_EQ(memory.kept, 0);  // it is settled later
  world.store.meanwhile = nullptr;
}

TEST_F(DocumentsWrong, KindsHaveNewNamesThatCanBeRead) {
  const auto nothing = [](std::optional<boost::json::object>& /*value*/) {};
  for (const std::string& name : {std::string(), std::string(65, 'k'), std::string("Über"),
                                  std::string("check"), std::string("add")}) {
    EXPECT_THROW(process.documents.learn(name, std::make_unique<Making>(nothing)),
                 std::invalid_argument)
        << name;
  }
  process.documents.learn("my.kind_1-a", std::make_unique<Making>(nothing));
  EXPECT_THROW(process.documents.learn("my.kind_1-a", std::make_unique<Making>(nothing)),
               std::invalid_argument);
}

TEST_F(DocumentsWrong, ANoteLeavesTheReceiptAsItIs) {  // I5
  const Change change{.request = "noted",
                      .effects = {create_effect(x, {})},
                      .note = {{"slot", 77}, {"intent", "mine"}, {"kind", "deposit"}}};
  const Fate fate = process.change(change);
  ASSERT_TRUE(std::holds_alternative<Happened>(fate));
  const auto& happened = std::get<Happened>(fate);
  EXPECT_EQ(happened.note, change.note);
  world.pass(1s);
  const auto receipt =
      boost::json::parse(world.bytes(Sequence{happened.journal}.receipt(happened.entry)));
  const auto& line = receipt.at("lines").at(0).as_object();
  EXPECT_EQ(line.at("slot"), 1);
  EXPECT_EQ(line.at("note"), change.note);
  EXPECT_FALSE(line.contains("kind"));
}

// S12 I10: an old read is no fact.
TEST_F(DocumentsWrong, AskingBelievesNoOldRead) {
  ASSERT_EQ(tell({.request = "once", .effects = {create_effect(x, {{"n", 1}})}}), "happened");
  Process other(world, 2);
  other.store.stale[x] = {.shown = {}, .times = 1};
  EXPECT_TRUE(std::holds_alternative<Happened>(other.ask({.first = x, .request = "once"})));
  EXPECT_EQ(refusal_code(other.ask({.first = z, .request = "never"})), "not_happened");
  EXPECT_EQ(value(z), nullptr);
}

TEST_F(DocumentsWrong, NobodyAsksForAKeyThatIsNoText) {
  const Key odd{"odd\xff"};
  EXPECT_EQ(refusal_code(process.ask({.first = odd, .request = "once"})), "malformed");
  EXPECT_TRUE(world.bytes(odd).empty());
  EXPECT_FALSE(world.run(process.documents.read(odd)));
}

// S12 I2: found only where both meet; the guard knows nothing of it.
TEST_F(DocumentsWrong, ARequestUnderAnotherFirstDocumentIsRefusedWhereItIsKnown) {
  ASSERT_EQ(tell({.request = "pay 7", .effects = {create_effect(y, {{"n", 1}})}}), "happened");
  EXPECT_EQ(tell({.request = "pay 7", .effects = {create_effect(x, {}), add_effect(y, "n", 1)}}),
            "request_reused");
  EXPECT_EQ(value(x), nullptr);
  EXPECT_EQ(value(y).at("n"), 1);
}

// S12 I10: between two reads of ours it happened, and moved into a page.
TEST_F(DocumentsWrong, AskingSearchesThePagesThatItConfirms) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 0}})}}), "happened");
  Process asker(world, 2);
  int reads = 0;
  world.store.meanwhile = [&](std::string call, Key key) -> Task<void> {
    if (call != "get" || key != x || ++reads != 2) co_return;
    Change once{.request = "once", .effects = {add_effect(x, "n", 1)}};
    const auto fate = co_await process.documents.atomically(std::move(once));
    EXPECT_EQ(told(fate), "happened");
    for (int i = 0; i < 40; ++i) {
      Change more{.effects = {add_effect(x, "n", 1)}};
      const auto another = co_await process.documents.atomically(std::move(more));
      EXPECT_EQ(told(another), "happened");
    }
    co_await world.clock.sleep(100ms);
  };
  const Fate fate = asker.ask({.first = x, .request = "once"});
  world.store.meanwhile = nullptr;
  EXPECT_TRUE(std::holds_alternative<Happened>(fate)) << refusal_code(fate);
}

/// Takes all that is there, and comes to nothing: it is refused at another document.
Task<void> want_in_vain(Process* process, bool* is_over) {
  while (!*is_over) {
    Change change{.effects = {add_effect(x, "n", -100, 0), add_effect(y, "n", 100)}};
    const auto fate = co_await process->documents.atomically(std::move(change));
    EXPECT_TRUE(fate && std::holds_alternative<Refusal>(*fate));
  }
}

// S12: what is set aside for others may stay, and a refusal was true at some moment.
TEST_F(DocumentsWrong, WhatOthersWantInVainIsNotMissing) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 100}})}}), "happened");
  world.store.meanwhile = [&](std::string call, Key /*key*/) -> Task<void> {
    if (call != "get") co_await world.clock.sleep(1ms);
  };
  bool is_over = false;
  std::deque<Process> others;
  for (std::uint64_t seed = 2; seed < 8; ++seed) {
    Process& other = others.emplace_back(world, seed);
    other.requests.spawn(want_in_vain(&other, &is_over));
  }
  for (int times = 0; times < 20; ++times) {
    const std::string fate = tell({.effects = {add_effect(x, "n", -1, 0)}});
    EXPECT_TRUE(fate == "happened" || fate == "busy") << fate;
  }
  is_over = true;
  world.pass(5s);
  world.store.meanwhile = nullptr;
}

TEST_F(DocumentsWrong, EffectsOfOneChangeAreNoStrangersToEachOther) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 3}})}}), "happened");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", -5), add_effect(x, "n", -3, 0)}}),
            "insufficient_funds");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", -3, 0), add_effect(x, "n", -5)}}), "happened");
  EXPECT_EQ(value(x).at("n"), -5);
}

// Each addition fits, and so does what comes of all: but others would have what their sum, as a
// number, does not set aside.
TEST_F(DocumentsWrong, WhatOneChangeAddsTogetherIsANumberToo) {  // I5
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", -10}}), create_effect(y, {{"n", 10}})}}),
            "happened");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", INT64_MAX), add_effect(x, "n", 10)}}),
            "amount_too_large");
  EXPECT_EQ(tell({.effects = {add_effect(y, "n", INT64_MIN), add_effect(y, "n", -10)}}),
            "amount_too_large");
  EXPECT_EQ(tell({.effects = {add_effect(x, "n", INT64_MAX), add_effect(y, "n", INT64_MIN)}}),
            "happened");
  EXPECT_EQ(value(x).at("n"), INT64_MAX - 10);
}

// Nobody has asked for it before: there is nothing to look for in the past of the document.
TEST_F(DocumentsWrong, WhatHasNoNameIsRefusedWithoutALookIntoPages) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 0}})}}), "happened");
  for (int i = 0; i < 200; ++i) tell({.effects = {add_effect(x, "n", 1)}});
  world.pass(1s);
  world.store.meanwhile = [&](std::string /*call*/, Key /*key*/) -> Task<void> {
    co_await world.clock.sleep(200ms);
  };
  const int before = world.store.calls["get"];
  std::vector<std::optional<Result<Fate>>> fates(20);
  for (auto& fate : fates) process.start(Change{.effects = {set_effect(x, {{"n", 1}})}}, &fate);
  world.run(process.requests.join());
  int busy = 0;
  for (const auto& fate : fates) busy += told(*fate) == "busy" ? 1 : 0;
  EXPECT_GT(busy, 0);  // they waited for longer than they are answered within
  EXPECT_LT(world.store.calls["get"] - before, 100);
  world.store.meanwhile = nullptr;
}

// S12 I9: else nobody would hear of a name as long as others change the document.
TEST_F(DocumentsWrong, PagesThatWereSearchedAreNotSearchedAgain) {
  const Change change{.effects = {add_effect(x, "n", 1)}};
  ASSERT_EQ(tell({.effects = {create_effect(x, {{"n", 0}})}}), "happened");
  for (int i = 0; i < 600; ++i) tell(change);
  int searched = 0;
  world.store.meanwhile = [&](std::string call, Key key) -> Task<void> {
    if (call != "get" || key.text().find(page_folder) == std::string::npos) co_return;
    ++searched;
    const auto fate = co_await process.documents.atomically(change);
    EXPECT_EQ(told(fate), "happened");
  };
  Process asker(world, 2);
  EXPECT_EQ(refusal_code(asker.ask({.first = x, .request = "never"})), "not_happened");
  EXPECT_LT(searched, 100);
  searched = 0;
  const Fate fate = asker.change({.request = "once", .effects = {add_effect(x, "n", 1)}});
  EXPECT_TRUE(std::holds_alternative<Happened>(fate)) << refusal_code(fate);
  EXPECT_LT(searched, 60);
  world.store.meanwhile = nullptr;
}

// Or entries of many of them would not fit into the store, and who shares them would wait in vain.
TEST_F(DocumentsWrong, KeysCountAsTheyAreWritten) {
  const Key key{std::string(200, '\x01')};
  ASSERT_EQ(tell({.effects = {create_effect(key, {{"n", 0}})}}), "happened");
  const std::vector<Effect> effects(operation_effects_max, add_effect(key, "n", 1));
  EXPECT_EQ(tell({.effects = effects, .note = {{"text", std::string(50'000, 'x')}}}), "malformed");
  EXPECT_EQ(tell({.effects = effects}), "happened");
}

// S12 I2: a name that tells its time is searched for only where it can be.
TEST_F(DocumentsWrong, ANameThatTellsItsTimeIsFoundAgain) {
  const std::string name = "018bcfe5-6800-7000-8000-000000000001";
  const Change change{.request = name, .effects = {create_effect(x, {{"n", 1}})}};
  ASSERT_EQ(tell(change), "happened");
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(tell({.effects = {set_effect(x, {{"n", i}})}}), "happened");
  }
  ASSERT_EQ(tell({.effects = {remove_effect(x)}}), "happened");
  EXPECT_EQ(tell(change), "repeated");
  // One that was made later than all that has moved into pages is in none of them.
  const auto gets_of = [&](const std::string& request) {
    world.pass(1s);
    const int before = world.store.calls["get"];
    EXPECT_EQ(tell({.request = request, .effects = {set_effect(x, {})}}), "missing");
    return world.store.calls["get"] - before;
  };
  EXPECT_LT(gets_of("018bcfe5-6801-7000-8000-000000000001"), gets_of("tells no time"));
}

TEST_F(DocumentsWrong, WhatIsRefusedForGoodDoesNotStandInLineAgain) {
  ASSERT_EQ(tell({.effects = {create_effect(x, {}), create_effect(y, {}), create_effect(z, {})}}),
            "happened");
  world.pass(1s);
  Process first(world, 2);
  Process refused(world, 3);
  Process behind(world, 4);
  world.store.meanwhile = [&](std::string call, Key key) -> Task<void> {
    if (call == "get") co_return;
    if (key == y) co_await world.clock.sleep(100ms);
    if (key == z) co_await world.clock.sleep(700ms);
  };
  std::optional<Result<Fate>> fates[3];
  first.start(Change{.effects = {set_effect(x, {}), set_effect(y, {})}}, &fates[0]);
  world.pass(20ms);
  refused.start(Change{.effects = {set_effect(x, {}, State{"absent"})}}, &fates[1]);
  world.pass(20ms);
  behind.start(Change{.effects = {set_effect(x, {}), set_effect(z, {})}}, &fates[2]);
  world.pass(500ms);
  ASSERT_TRUE(fates[0] && fates[1]);
  EXPECT_EQ(told(*fates[0]), "happened");
  EXPECT_EQ(told(*fates[1]), "changed");
  EXPECT_FALSE(fates[2]);
  world.store.meanwhile = nullptr;
  world.pass(5s);
  EXPECT_EQ(told(*fates[2]), "happened");
}

/// Ours was thought to be dead between its two documents, and was asked for again by somebody else.
TEST_F(DocumentsWrong, AChangeThatAnotherProcessFinishesFirstIsNoOther) {  // I2
  Process other(world, 2);
  process.change({.effects = {create_effect(x, {{"n", 0}}), create_effect(y, {{"n", 0}})}});
  const Change change{.request = "the same",
                      .effects = {add_effect(x, "n", 1), add_effect(y, "n", 1)}};
  bool is_met = false;
  world.store.meanwhile = [&](std::string call, Key key) -> Task<void> {
    if (call != "cas" || key != y || std::exchange(is_met, true)) co_return;
    const auto fate = co_await other.documents.atomically(change);
    EXPECT_TRUE(fate && std::holds_alternative<Happened>(*fate));
  };
  const Fate fate = process.change(change);
  const auto* happened = std::get_if<Happened>(&fate);
  ASSERT_NE(happened, nullptr) << std::get<Refusal>(fate).code;
  EXPECT_TRUE(is_met && happened->repeated);
}

}  // namespace
}  // namespace posse
