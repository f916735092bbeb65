/// Names: what is one, and the keys they make.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "shop/name.h"

namespace posse {
namespace {

TEST(Name, IsOneTo64LowerCaseLettersDigitsAndDotDashUnderscore) {
  using namespace std::string_literals;
  for (const auto& text : {"a"s, "0"s, "a-b"s, "a.b"s, "a_b"s, "0-"s, std::string(64, 'z')}) {
    const auto name = Name::from(text);
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(name->text(), text);
  }
}

TEST(Name, RefusesAnythingElse) {
  using namespace std::string_literals;
  for (const std::string& text : {""s, "-a"s, ".a"s, "_a"s, "A"s, "aB"s, "a/b"s, "a b"s, " a"s,
                                  "a\n"s, "a\0b"s, "\xc3\xa4"s, std::string(65, 'a')}) {
    EXPECT_FALSE(Name::from(text)) << text;
  }
}

TEST(Name, MakesTheKeysOfItsDocuments) {
  const Name name = *Name::from("lamps");
  EXPECT_EQ(account_key(name).text(), "account/lamps");
  EXPECT_EQ(campaign_sequence(name).name(), "campaign/lamps");
}

RC_GTEST_PROP(Name, IsTakenIffEveryCharacterIsInTheRule, (const std::string& text)) {
  const std::string first = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::string other = first + "._-";
  const bool fits = !text.empty() && text.size() <= 64 &&
                    first.find(text.front()) != std::string::npos &&
                    text.find_first_not_of(other) == std::string::npos;
  RC_ASSERT(Name::from(text).has_value() == fits);
}

}  // namespace
}  // namespace posse
