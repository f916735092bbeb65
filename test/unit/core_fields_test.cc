/// Tests of the field reader.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <optional>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/fields.h"

namespace posse {
namespace {

namespace json = boost::json;

/// What reading `text` with `read` finds wrong; empty if nothing.
template <class Read>
std::string wrong(const std::string& text, Read read) {
  const json::value value = json::parse(text);
  Fields fields(value, "head campaign/a");
  read(fields);
  const auto error = fields.finish();
  if (!error) return {};
  EXPECT_EQ(error->code, Errc::unreadable);
  return error->detail;
}

TEST(Fields, GiveWhatIsThere) {
  const json::value value =
      json::parse(R"({"v": 2, "n": -7, "c": 9, "t": "text", "o": {"a": 1}, "l": [1, 2]})");
  Fields fields(value, "document");
  fields.format(2);
  EXPECT_TRUE(fields.has("n"));
  EXPECT_FALSE(fields.has("m"));
  EXPECT_EQ(fields.integer("n", {.least = -7, .most = -7}), -7);
  EXPECT_EQ(fields.count("c"), 9U);
  EXPECT_EQ(fields.text("t", 4), "text");
  EXPECT_EQ(fields.object("o").at("a"), 1);
  EXPECT_EQ(fields.array("l", 2).size(), 2U);
  EXPECT_FALSE(fields.finish());
}

TEST(Fields, NameTheDocumentAndTheFieldThatIsMissing) {
  EXPECT_EQ(wrong("{}", [](Fields& fields) { fields.count("slot"); }),
            "head campaign/a: `slot` is missing");
}

TEST(Fields, NameTheBoundsOfANumber) {
  const auto read = [](Fields& fields) { fields.integer("n", {.least = 1, .most = 3}); };
  const std::string sentence = "head campaign/a: `n` must be a whole number from 1 to 3";
  for (const auto* n :
       {"0", "4", "1.0", "\"2\"", "null", "true", "1e400", "18446744073709551615"}) {
    EXPECT_EQ(wrong(std::string(R"({"n": )") + n + "}", read), sentence) << n;
  }
  for (const auto* n : {"1", "2", "3"}) {
    EXPECT_EQ(wrong(std::string(R"({"n": )") + n + "}", read), "") << n;
  }
}

TEST(Fields, TakeNoNegativeCount) {
  EXPECT_EQ(wrong(R"({"n": -1})", [](Fields& fields) { fields.count("n"); }),
            "head campaign/a: `n` must be a whole number from 0 to 9223372036854775807");
}

TEST(Fields, NameTheBoundOfAText) {
  const auto read = [](Fields& fields) { fields.text("t", 3); };
  const std::string sentence = "head campaign/a: `t` must be text of at most 3 bytes";
  EXPECT_EQ(wrong(R"({"t": "abcd"})", read), sentence);
  EXPECT_EQ(wrong(R"({"t": 1})", read), sentence);
  EXPECT_EQ(wrong(R"({"t": "abc"})", read), "");
}

TEST(Fields, NameWhatAnObjectAndAListMustBe) {
  EXPECT_EQ(wrong(R"({"o": []})", [](Fields& fields) { fields.object("o"); }),
            "head campaign/a: `o` must be an object");
  const auto read = [](Fields& fields) { fields.array("l", 1); };
  EXPECT_EQ(wrong(R"({"l": [1, 2]})", read),
            "head campaign/a: `l` must be a list of at most 1 items");
  EXPECT_EQ(wrong(R"({"l": {}})", read), "head campaign/a: `l` must be a list of at most 1 items");
}

TEST(Fields, LeaveANewerFormatAlone) {
  const auto read = [](Fields& fields) { fields.format(1); };
  EXPECT_EQ(wrong(R"({"v": 2})", read),
            "head campaign/a: `v` is a newer format than this program reads; it is left alone");
  EXPECT_EQ(wrong(R"({"v": 0})", read), "head campaign/a: `v` must be 1");
  EXPECT_EQ(wrong(R"({"v": "1"})", read), "head campaign/a: `v` must be 1");
  EXPECT_EQ(wrong("{}", read), "head campaign/a: `v` is missing");
}

TEST(Fields, RefuseAFieldThatNobodyAskedFor) {
  EXPECT_EQ(wrong(R"({"v": 1, "w": 1})", [](Fields& fields) { fields.format(1); }),
            "head campaign/a: `w` is a field this program does not know");
}

TEST(Fields, RefuseWhatIsNoObject) {
  for (const auto* text : {"[]", "1", "null", "\"x\""}) {
    EXPECT_EQ(wrong(text, [](Fields& fields) { EXPECT_EQ(fields.count("n"), 0U); }),
              "head campaign/a: is no JSON object");
  }
}

TEST(Fields, KeepTheFirstThatIsWrong) {
  const auto read = [](Fields& fields) {
    fields.count("a");
    fields.count("b");
    fields.refuse("c", "is odd");
  };
  EXPECT_EQ(wrong(R"({"a": 1, "b": "x"})", read).find("`b` must be"), 17U);
  EXPECT_EQ(wrong(R"({"a": 1, "b": 1})", read), "head campaign/a: `c` is odd");
}

TEST(Fields, GiveEmptyValuesForWhatIsWrong) {
  const json::value value = json::parse(R"({"n": 9, "t": 1, "o": 1, "l": 1})");
  Fields fields(value, "document");
  EXPECT_EQ(fields.integer("n", {.least = 2, .most = 3}), 2);
  EXPECT_EQ(fields.text("t", 9), "");
  EXPECT_TRUE(fields.object("o").empty());
  EXPECT_TRUE(fields.array("l", 9).empty());
  EXPECT_TRUE(fields.finish());
}

TEST(ParseJson, TakesJsonOnly) {
  for (const auto* bytes : {"", "{", "{} {}", "{\"a\":\"\xff\"}", "nonsense"}) {
    JsonMemory memory;
    const auto value = parse_json(bytes, "entry 7", memory);
    ASSERT_FALSE(value) << bytes;
    EXPECT_EQ(value.error().code, Errc::unreadable);
    EXPECT_EQ(value.error().detail.find("entry 7: is no JSON ("), 0U);
  }
}

/// A dumb twin: a number is taken if and only if it lies between the bounds.
RC_GTEST_PROP(FieldsProperty, TakesANumberExactlyWithinItsBounds,
              (std::int64_t number, std::int64_t a, std::int64_t b)) {
  const Range range{.least = std::min(a, b), .most = std::max(a, b)};
  const json::object object{{"n", number}};
  Fields fields(object, "document");
  const std::int64_t read = fields.integer("n", range);
  const bool within = number >= range.least && number <= range.most;
  RC_ASSERT(!fields.finish().has_value() == within);
  RC_ASSERT(read == (within ? number : range.least));
}

}  // namespace
}  // namespace posse
