/// Tests of atomic changes of many documents: as a whole, in turn, and once.
// SPDX-License-Identifier: Apache-2.0
#include "posse/documents.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "documents_world.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

class DocumentsTest : public ::testing::Test {
 protected:
  World world;
  Process process{world};

  std::string code(Change change) { return refusal_code(process.change(std::move(change))); }
  bool happens(Change change) {
    return std::holds_alternative<Happened>(process.change(std::move(change)));
  }
  boost::json::value value(const Key& key) { return process.value(key); }
};

TEST_F(DocumentsTest, AreCreatedSetAndRemoved) {
  EXPECT_EQ(value(x), nullptr);
  EXPECT_EQ(code({.effects = {set_effect(x, {{"n", 1}})}}), "missing");
  EXPECT_EQ(code({.effects = {remove_effect(x)}}), "missing");
  EXPECT_EQ(code({.effects = {add_effect(x, "n", 1)}}), "missing");
  EXPECT_TRUE(happens({.effects = {create_effect(x, {{"n", 1}})}}));
  EXPECT_EQ(code({.effects = {create_effect(x, {{"n", 2}})}}), "exists");
  EXPECT_EQ(value(x).at("n"), 1);
  EXPECT_TRUE(happens({.effects = {set_effect(x, {{"n", 3}})}}));
  EXPECT_TRUE(happens({.effects = {add_effect(x, "n", 2)}}));
  EXPECT_EQ(value(x).at("n"), 5);
  EXPECT_TRUE(happens({.effects = {remove_effect(x)}}));
  EXPECT_EQ(value(x), nullptr);
  EXPECT_EQ(code({.effects = {add_effect(x, "n", 1)}}), "missing");
  EXPECT_TRUE(happens({.effects = {create_effect(x, {{"n", 7}})}}));
  EXPECT_EQ(value(x).at("n"), 7);
}

TEST_F(DocumentsTest, AreChangedOnlyAsTheyWereRead) {
  const State none = process.read({x}).front().state;
  EXPECT_TRUE(happens({.effects = {check_effect(x, none), create_effect(y, {{"n", 1}})}}));
  EXPECT_TRUE(happens({.effects = {create_effect(x, {{"n", 1}})}}));
  EXPECT_EQ(code({.effects = {check_effect(x, none), set_effect(y, {{"n", 2}})}}), "changed");
  const State one = process.read({x}).front().state;
  EXPECT_TRUE(happens({.effects = {set_effect(x, {{"n", 2}}, one)}}));
  EXPECT_EQ(code({.effects = {set_effect(x, {{"n", 3}}, one)}}), "changed");
  EXPECT_EQ(code({.effects = {remove_effect(x, one)}}), "changed");
  EXPECT_EQ(value(x).at("n"), 2);
  // A check goes with adds: spend only while the terms are these.
  const State two = process.read({x}).front().state;
  EXPECT_TRUE(happens({.effects = {check_effect(x, two), add_effect(x, "n", -2, 0)}}));
  EXPECT_EQ(code({.effects = {check_effect(x, two), add_effect(x, "n", 1)}}), "changed");
  EXPECT_EQ(value(x).at("n"), 0);
}

// Boost reads this fraction as its neighbour, so each hold that came and went changed the document.
TEST_F(DocumentsTest, KeepTheirFractions) {
  const double ratio = 1.1935319286735585E-1;
  EXPECT_TRUE(happens({.effects = {create_effect(x, {{"ratio", ratio}})}}));
  const State before = process.read({x}).front().state;
  for (int changes = 0; changes < 3; ++changes) {
    EXPECT_TRUE(happens({.effects = {check_effect(x, before), add_effect(y, "n", 1)}}) ||
                happens({.effects = {create_effect(y, {{"n", 1}})}}));
    EXPECT_EQ(code({.effects = {add_effect(x, "none", -1, 0)}}), "insufficient_funds");
  }
  EXPECT_EQ(value(x).at("ratio").as_double(), ratio);
  EXPECT_EQ(process.read({x}).front().state, before);
  Change change{
      .request = "set", .effects = {set_effect(y, {{"ratio", ratio}})}, .note = {{"of", ratio}}};
  EXPECT_TRUE(happens(change));
  EXPECT_TRUE(std::get<Happened>(process.change(change)).repeated);
}

TEST_F(DocumentsTest, ChangeAsAWholeOrNotAtAll) {
  EXPECT_TRUE(happens({.effects = {create_effect(y, {{"n", 1}}), create_effect(x, {{"n", 1}})}}));
  EXPECT_EQ(code({.effects = {set_effect(x, {{"n", 2}}), create_effect(y, {})}}), "exists");
  EXPECT_EQ(code({.effects = {set_effect(x, {{"n", 2}}), add_effect(y, "n", -2, 0)}}),
            "insufficient_funds");
  EXPECT_EQ(code({.effects = {create_effect(z, {}), set_effect(x, {}, State{"absent"})}}),
            "changed");
  EXPECT_EQ(value(x).at("n"), 1);
  EXPECT_EQ(value(y).at("n"), 1);
  EXPECT_EQ(value(z), nullptr);
}

TEST_F(DocumentsTest, ARequestHappensOnceWhoeverAsks) {
  const Change change{
      .request = "order 17", .effects = {create_effect(x, {{"n", 1}})}, .note = {{"by", "ann"}}};
  EXPECT_TRUE(happens(change));
  Process other(world);
  const Fate again = other.change(change);
  ASSERT_TRUE(std::holds_alternative<Happened>(again));
  EXPECT_TRUE(std::get<Happened>(again).repeated);
  EXPECT_EQ(std::get<Happened>(again).note.at("by"), "ann");
  Change another = change;
  another.effects = {set_effect(x, {{"n", 2}})};
  EXPECT_EQ(refusal_code(other.change(another)), "request_reused");
  const auto asked = other.ask({.first = x, .request = "order 17"});
  EXPECT_TRUE(std::holds_alternative<Happened>(asked));
  EXPECT_EQ(refusal_code(other.ask({.first = x, .request = "order 18"})), "not_happened");
  EXPECT_EQ(value(x).at("n"), 1);
}

TEST_F(DocumentsTest, WrongChangesAreRefusedInWords) {
  EXPECT_EQ(code({.effects = {}}), "malformed");
  EXPECT_EQ(code({.effects = {create_effect(Key{"account/ann"}, {})}}), "malformed");
  EXPECT_EQ(code({.effects = {create_effect(Key{"a/settled/1"}, {})}}), "malformed");
  EXPECT_EQ(code({.effects = {create_effect(Key{std::string(201, 'k')}, {})}}), "malformed");
  EXPECT_EQ(code({.effects = {create_effect(x, {}), set_effect(x, {})}}), "malformed");
  EXPECT_EQ(code({.effects = {{.key = x, .kind = "teleport", .details = {}}}}), "malformed");
  EXPECT_EQ(code({.effects = {{.key = x, .kind = "set", .details = {}}}}), "malformed");
  const std::string large(70'000, 'x');
  EXPECT_EQ(code({.effects = {create_effect(x, {{"text", large}})}}), "malformed");
  EXPECT_EQ(code({.request = std::string(129, 'r'), .effects = {create_effect(x, {})}}),
            "malformed");
  EXPECT_EQ(value(x), nullptr);
}

/// Takes the last item of a list, if there is one.
class Pop final : public Kind {
 public:
  std::optional<Refusal> check(const boost::json::object& details) const override {
    if (details.empty()) return {};
    return Refusal{.code = "malformed", .detail = "`pop` has no details", .more = {}};
  }
  std::optional<Refusal> admit(const boost::json::object* value,
                               const boost::json::object& /*details*/) const override {
    if (value != nullptr && !value->at("items").as_array().empty()) return {};
    return Refusal{.code = "empty", .detail = "nothing is left", .more = {}};
  }
  void apply(std::optional<boost::json::object>& value,
             const boost::json::object& /*details*/) const override {
    value->at("items").as_array().pop_back();
  }
};

TEST_F(DocumentsTest, CanHaveKindsOfOnesOwn) {
  process.documents.learn("pop", std::make_unique<Pop>());
  const Effect pop{.key = x, .kind = "pop", .details = {}};
  EXPECT_EQ(code({.effects = {pop}}), "empty");
  EXPECT_TRUE(happens({.effects = {create_effect(x, {{"items", {1}}})}}));
  EXPECT_TRUE(happens({.effects = {pop}}));
  EXPECT_EQ(code({.effects = {pop}}), "empty");
}

/// Makes the text of a document twice as long.
class Double final : public Kind {
 public:
  std::optional<Refusal> check(const boost::json::object& /*details*/) const override { return {}; }
  std::optional<Refusal> admit(const boost::json::object* /*value*/,
                               const boost::json::object& /*details*/) const override {
    return {};
  }
  void apply(std::optional<boost::json::object>& value,
             const boost::json::object& /*details*/) const override {
    auto& text = value->at("text").as_string();
    text.append(std::string(text));
  }
};

TEST_F(DocumentsTest, NeverGrowBeyondWhatTheStoreTakes) {
  process.documents.learn("double", std::make_unique<Double>());
  ASSERT_TRUE(happens({.effects = {create_effect(x, {{"text", std::string(60'000, 'x')}})}}));
  const Change change{.effects = {{.key = x, .kind = "double", .details = {}}}};
  for (int times = 0; times < 3; ++times) EXPECT_TRUE(happens(change));
  EXPECT_EQ(code(change), "too_large");
  EXPECT_TRUE(happens({.effects = {set_effect(x, {{"text", ""}})}}));
}

TEST_F(DocumentsTest, LargeChangesOfManyShareEntriesThatFit) {
  const std::string large(60'000, 'x');
  std::vector<std::optional<Result<Fate>>> fates(40);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const Key key{"large/" + std::to_string(i)};
    process.start(Change{.effects = {create_effect(key, {{"text", large}})}}, &fates[i]);
  }
  world.pass(5s);
  for (const auto& fate : fates) {
    ASSERT_TRUE(fate && *fate);
    EXPECT_TRUE(std::holds_alternative<Happened>(**fate));
  }
}

TEST_F(DocumentsTest, WritersOfSeveralProcessesTakeTurns) {
  ASSERT_TRUE(happens({.effects = {create_effect(x, {{"n", 0}}), create_effect(y, {{"n", 0}})}}));
  Process other(world, 2);
  Process third(world, 3);
  std::vector<std::optional<Result<Fate>>> fates(12);
  std::size_t i = 0;
  for (Process* one : {&process, &other, &third}) {
    for (int times = 0; times < 4; ++times, ++i) {
      std::vector<Effect> effects{set_effect(x, {{"n", i}}), set_effect(y, {{"n", i}})};
      if (times % 2 != 0) std::swap(effects[0], effects[1]);
      one->start(Change{.effects = std::move(effects)}, &fates[i]);
    }
  }
  world.pass(10s);
  for (const auto& fate : fates) {
    ASSERT_TRUE(fate);
    ASSERT_TRUE(*fate) << fate->error().detail;
    EXPECT_TRUE(std::holds_alternative<Happened>(**fate)) << refusal_code(**fate);
  }
  const auto both = process.read({x, y});
  EXPECT_EQ(both[0].value->at("n"), both[1].value->at("n"));
}

TEST_F(DocumentsTest, AddsBesideEachOtherAndInTurnWithSets) {
  ASSERT_TRUE(happens({.effects = {create_effect(x, {{"n", 0}})}}));
  std::vector<std::optional<Result<Fate>>> fates(14);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const bool is_check = i == 5;
    const Effect effect =
        is_check ? Effect{.key = x, .kind = "check", .details = {}} : add_effect(x, "n", 1);
    process.start(Change{.effects = {effect}}, &fates[i]);
  }
  world.pass(10s);
  for (const auto& fate : fates) EXPECT_TRUE(std::holds_alternative<Happened>(**fate));
  EXPECT_EQ(value(x).at("n"), 13);
}

TEST_F(DocumentsTest, ReadersSeeOneMoment) {
  ASSERT_TRUE(
      happens({.effects = {create_effect(x, {{"n", 100}}), create_effect(y, {{"n", 100}})}}));
  Process other(world, 2);
  std::vector<std::optional<Result<Fate>>> fates(60);
  std::vector<std::optional<Result<std::vector<Reading>>>> reads(60);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const bool back = i % 2 != 0;
    process.start(
        Change{.effects = {add_effect(back ? y : x, "n", -7), add_effect(back ? x : y, "n", 7)}},
        &fates[i]);
    other.start_read({x, y}, &reads[i]);
    world.pass(7ms);
  }
  world.pass(10s);
  for (const auto& read : reads) {
    ASSERT_TRUE(read);
    ASSERT_TRUE(*read) << read->error().detail;
    const std::int64_t sum =
        (**read)[0].value->at("n").as_int64() + (**read)[1].value->at("n").as_int64();
    EXPECT_EQ(sum, 200);
  }
}

}  // namespace
}  // namespace posse
