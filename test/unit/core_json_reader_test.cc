/// Tests of the JSON reader.
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/json_reader.h"

namespace posse {
namespace {

namespace json = boost::json;

json::value read(const std::string& text) {
  json::error_code wrong;
  json::value value = read_json(text, wrong);
  EXPECT_FALSE(wrong) << text << ": " << wrong.message();
  return value;
}

std::string why_not(const std::string& text) {
  json::error_code wrong;
  const json::value value = read_json(text, wrong);
  EXPECT_TRUE(value.is_null());
  return wrong.message();
}

std::uint64_t bits(double number) {
  return std::bit_cast<std::uint64_t>(number);
}

RC_GTEST_PROP(JsonReader, ReadsTheFractionThatWasWritten, (std::uint64_t any)) {
  const double number = std::bit_cast<double>(any);
  RC_PRE(std::isfinite(number));
  RC_ASSERT(bits(read(json::serialize(json::value(number))).as_double()) == any);
}

TEST(JsonReader, ReadsFractionsAtTheEdges) {
  using Limits = std::numeric_limits<double>;
  for (const double number : {0.0, -0.0, 0.1, 5e-324, 2.2250738585072011e-308, 9007199254740993.0,
                              Limits::min(), Limits::max(), Limits::lowest(), Limits::epsilon()}) {
    EXPECT_EQ(bits(read(json::serialize(json::value(number))).as_double()), bits(number)) << number;
  }
}

TEST(JsonReader, ReadsWhatBoostReadsAsANeighbour) {  // A document would change by being read.
  const std::string text = R"({"ratio":1.1935319286735585E-1})";
  const json::value ours = read(text);
  EXPECT_EQ(ours.at("ratio").as_double(), 1.1935319286735585E-1);
  EXPECT_EQ(json::serialize(read(json::serialize(ours))), json::serialize(ours));
}

TEST(JsonReader, ReadsAllElseAsBoostDoes) {
  for (const char* const text :
       {R"({})", R"([])", R"(null)", R"(true)", R"("")", R"(-1)", R"(18446744073709551615)",
        R"(-9223372036854775808)", R"( { "a" : [ 1 , "zwei \u20ac \n" , { "b" : [ null ] } ] } )",
        R"({"same":1,"same":2})"}) {
    EXPECT_EQ(read(text), json::parse(text)) << text;
  }
  const std::string longer = R"({"long":")" + std::string(20'000, 'x') + R"(\n","more":[1.5,2]})";
  EXPECT_EQ(read(longer), json::parse(longer));
}

TEST(JsonReader, SaysWhatIsNoJson) {
  EXPECT_EQ(why_not(""), "incomplete JSON");
  EXPECT_EQ(why_not("{"), "incomplete JSON");
  EXPECT_EQ(why_not("{} {}"), "extra data");
  EXPECT_EQ(why_not("1e999"), "exponent overflow");
  EXPECT_EQ(why_not("[0.1e]"), "syntax error");
  EXPECT_EQ(why_not(std::string(33, '[') + std::string(33, ']')), "too deep");
}

}  // namespace
}  // namespace posse
