/// Scanning what JsonWriter writes, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "core/json_scanner.h"

namespace posse {
namespace {

/// What is read by one step, if the whole text is read by it.
template <class Step>
auto scan(std::string_view text, Step step) {
  JsonScanner in(text);
  auto value = step(in);
  using Value = decltype(value);
  return in.is_good() && in.is_at_end() ? std::optional<Value>(std::move(value)) : std::nullopt;
}

std::optional<std::int64_t> integer(std::string_view text) {
  return scan(text, [](JsonScanner& in) { return in.integer(); });
}

std::optional<std::string_view> text(std::string_view text) {
  return scan(text, [](JsonScanner& in) { return in.text(); });
}

/// As it is written again.
std::optional<std::string> object(std::string_view text) {
  const auto read = scan(text, [](JsonScanner& in) { return in.object(); });
  if (!read) return std::nullopt;
  return boost::json::serialize(*read);
}

TEST(JsonScanner, ReadsWholeNumbersAsTheyAreWritten) {
  EXPECT_EQ(integer("0"), 0);
  EXPECT_EQ(integer("-1"), -1);
  EXPECT_EQ(integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(integer("-9223372036854775808"), INT64_MIN);
  for (const auto* other : {"", "-", "00", "01", "-0", "-01", "+1", "1.0", "1e3", " 1", "1 ",
                            "9223372036854775808", "x", "\"1\""}) {
    EXPECT_FALSE(integer(other)) << other;
  }
}

TEST(JsonScanner, CountsWhatIsNotNegative) {
  const auto count = [](JsonScanner& in) { return in.count(); };
  EXPECT_EQ(scan("7", count), 7U);
  EXPECT_FALSE(scan("-7", count));
}

TEST(JsonScanner, ReadsTextThatStandsThereAsItIs) {
  EXPECT_EQ(text(R"("")"), "");
  EXPECT_EQ(text(R"("account/ann-1")"), "account/ann-1");
  for (const auto* other : {"", "\"", "\"a", "a\"", R"("a\n")", R"("a\"b")", "\"a\nb\"",
                            "\"\xC3\xBC\"", "\"12345678\xC3\xBC\"", "\"12345678\n\""}) {
    EXPECT_FALSE(text(other)) << other;
  }
}

TEST(JsonScanner, ReadsBytes) {
  std::array<std::uint8_t, 2> bytes{};
  const auto step = [&](JsonScanner& in) {
    in.bytes(bytes);
    return true;
  };
  EXPECT_TRUE(scan(R"("AQI")", step));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{1, 2}));
  EXPECT_FALSE(scan(R"("AQJ")", step));  // a bit more than two bytes
  EXPECT_FALSE(scan(R"("AQ")", step));
  EXPECT_FALSE(scan(R"("AQIA")", step));
  EXPECT_FALSE(scan(R"("A+I")", step));
}

TEST(JsonScanner, ReadsObjects) {
  for (const auto* same : {"{}", R"({"a":1})", R"({"a":"","b":{"c":[]},"d":[1,[true,false],null]})",
                           R"({"f1":1,"f2":2,"f3":3,"f4":4,"f5":5,"f6":{"f7":[{}]}})"}) {
    EXPECT_EQ(object(same), same);
  }
  for (const auto* other :
       {"", "{", "}", "[]", R"({"a":1)", R"({"a":1,})", R"({,"a":1})", R"({"a"})", R"({"a":})",
        R"({"a" :1})", R"({"a":1}})", R"({"a":1,"a":2})", R"({"a":1.5})", R"({"a":[1})",
        R"({"a":[1,]})", R"({"a":tru})"}) {
    EXPECT_FALSE(object(other)) << other;
  }
}

TEST(JsonScanner, ReadsNothingThatIsNestedDeeply) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(object(R"({"a":)" + nested(15) + "}"));
  EXPECT_FALSE(object(R"({"a":)" + nested(16) + "}"));
  EXPECT_FALSE(object(R"({"a":)" + std::string(100'000, '[')));
}

TEST(JsonScanner, ReadsNothingBehindWhatItDidNotExpect) {
  JsonScanner in(R"({"a":1})");
  in.expect(R"({"b":)");
  EXPECT_FALSE(in.is_good());
  in.expect("{");
  EXPECT_EQ(in.integer(), 0);
  EXPECT_EQ(in.text(), "");
  EXPECT_TRUE(in.object().empty());
  EXPECT_FALSE(in.is_at_end());
}

}  // namespace
}  // namespace posse
