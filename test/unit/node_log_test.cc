/// Lines of the log.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "node/log.h"

namespace posse {
namespace {

const Time moment{std::chrono::milliseconds{1'800'000'000'123}};

std::string line_of(LogFormat format, LogLevel level, const boost::json::object& fields) {
  return to_text({.time = moment, .level = level, .what = "deposit", .fields = fields}, format);
}

TEST(LogTest, TextIsReadableAndCannotBeForged) {
  EXPECT_EQ(line_of(LogFormat::text, LogLevel::info,
                    {{"account", "bob"}, {"amount", 5}, {"reference", "a b\nerror alarm"}}),
            "2027-01-15T08:00:00.123Z info deposit account=bob amount=5 "
            R"(reference="a b\nerror alarm")");
  EXPECT_EQ(line_of(LogFormat::text, LogLevel::error, {{"a", ""}, {"b", "x=y"}, {"c", "\""}}),
            R"(2027-01-15T08:00:00.123Z error deposit a="" b="x=y" c="\"")");
}

TEST(LogTest, JsonIsOneObject) {
  EXPECT_EQ(line_of(LogFormat::json, LogLevel::warning, {{"amount", 5}}),
            R"({"time":"2027-01-15T08:00:00.123Z","level":"warning","what":"deposit","amount":5})");
}

TEST(LogTest, WritesWhatIsAskedForAndCountsTheRest) {
  testing::internal::CaptureStderr();
  {
    Log log({.least = LogLevel::warning, .format = LogFormat::text});
    log.write(LogLevel::info, "quiet", {});
    for (int line = 0; line < 10 * log_lines_of_a_kind_max; ++line) {
      log.write(LogLevel::warning, "many", {});
    }
    log.write(LogLevel::error, "other", {});
  }
  const std::string seen = testing::internal::GetCapturedStderr();
  const auto lines = std::ranges::count(seen, '\n');
  EXPECT_EQ(seen.find("quiet"), std::string::npos);
  EXPECT_NE(seen.find("error other\n"), std::string::npos);
  EXPECT_GT(lines, log_lines_of_a_kind_max);
  EXPECT_LE(lines, 2 * log_lines_of_a_kind_max + 1);  // a second may have ended meanwhile
}

TEST(LogTest, KnowsItsNames) {
  EXPECT_EQ(log_level("warning"), LogLevel::warning);
  EXPECT_EQ(log_level("loud"), std::nullopt);
  EXPECT_EQ(log_format("json"), LogFormat::json);
  EXPECT_EQ(log_format(""), std::nullopt);
}

}  // namespace
}  // namespace posse
