/// Numbers and times as people write them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/text.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// The last millisecond of the year 9999.
constexpr std::int64_t last_time = 253'402'300'799'999;

TEST(WholeNumber, IsDigitsAndPerhapsAMinus) {
  EXPECT_EQ(whole_number("0"), 0);
  EXPECT_EQ(whole_number("-1"), -1);
  EXPECT_EQ(whole_number("007"), 7);
  EXPECT_EQ(whole_number("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(whole_number("-9223372036854775808"), INT64_MIN);
}

TEST(WholeNumber, IsNothingElse) {
  for (const auto* text : {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1,000", "--1", "one",
                           "9223372036854775808", "-9223372036854775809"}) {
    EXPECT_FALSE(whole_number(text)) << text;
  }
}

RC_GTEST_PROP(WholeNumber, ComesBackAsItWas, (std::int64_t number)) {
  RC_ASSERT(whole_number(std::to_string(number)) == number);
}

TEST(Rfc3339, IsInUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(Time{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(Time{1'645'557'742'007ms}), "2022-02-22T19:22:22.007Z");
  EXPECT_EQ(rfc3339(Time{std::chrono::milliseconds{last_time}}), "9999-12-31T23:59:59.999Z");
}

TEST(Rfc3339, IsReadWithUpToThreeDecimals) {
  EXPECT_EQ(from_rfc3339("2022-02-22T19:22:22Z"), Time{1'645'557'742'000ms});
  EXPECT_EQ(from_rfc3339("2022-02-22T19:22:22.5Z"), Time{1'645'557'742'500ms});
  EXPECT_EQ(from_rfc3339("2022-02-22T19:22:22.25Z"), Time{1'645'557'742'250ms});
  EXPECT_EQ(from_rfc3339("2022-02-22T19:22:22.125Z"), Time{1'645'557'742'125ms});
  EXPECT_EQ(from_rfc3339("2024-02-29T00:00:00Z"), Time{1'709'164'800'000ms});
}

TEST(Rfc3339, IsReadAsNothingElse) {
  for (const auto* text : {"",
                           "Z",
                           "2022-02-22",
                           "2022-02-22T19:22:22",
                           "2022-02-22T19:22:22+00:00",
                           "2022-02-22t19:22:22Z",
                           "2022-02-22 19:22:22Z",
                           "2022-02-22T19:22:22z",
                           "2023-02-29T00:00:00Z",
                           "2022-00-01T00:00:00Z",
                           "2022-13-01T00:00:00Z",
                           "2022-01-32T00:00:00Z",
                           "2022-02-22T24:00:00Z",
                           "2022-02-22T19:60:00Z",
                           "2022-02-22T19:22:60Z",
                           "2022-02-22T19:22:22.Z",
                           "2022-02-22T19:22:22.1234Z",
                           "2022-02-22T19:22:22.1 Z",
                           "2022-02-22T19:22:22,5Z",
                           "-022-02-22T19:22:22Z",
                           "2022-02-22T19:22:22.-1Z",
                           "12022-02-22T19:22:22Z",
                           "2022-02-22T19:22:2ZZ"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

RC_GTEST_PROP(Rfc3339, ComesBackAsItWas, ()) {
  const Time time{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, last_time + 1)}};
  RC_ASSERT(from_rfc3339(rfc3339(time)) == time);
}

RC_GTEST_PROP(Rfc3339, RefusesAnyTextWithoutACrash, (const std::string& text)) {
  const auto read = from_rfc3339(text + "Z");
  // Parentheses: RapidCheck looks at both sides of a bare ||, whatever the first one says.
  RC_ASSERT((!read || rfc3339(*read).starts_with(text.substr(0, 19))));
}

TEST(Thousands, StandApart) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(1'234'567), "1,234,567");
  EXPECT_EQ(with_thousands(UINT64_MAX), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace posse
