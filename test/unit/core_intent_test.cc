/// Tests of intents and request keys.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/intent.h"
#include "fake_clock.h"

namespace posse {
namespace {

TEST(RequestKey, DependsOnTheOwnerAndTheName) {
  const RequestKey key = request_key("account/ann", "buy-1", {});
  EXPECT_EQ(key.bytes, request_key("account/ann", "buy-1", {}).bytes);
  EXPECT_NE(key.bytes, request_key("account/ben", "buy-1", {}).bytes);
  EXPECT_NE(key.bytes, request_key("account/ann", "buy-2", {}).bytes);
  EXPECT_NE(key.bytes, request_key("account/annb", "uy-1", {}).bytes);
}

TEST(RequestKey, IsTheSameWheneverItWasIssued) {
  const Time later{std::chrono::milliseconds{5}};
  EXPECT_EQ(request_key("a", "b", later).bytes, request_key("a", "b", {}).bytes);
  EXPECT_EQ(request_key("a", "b", later).issued, later);
}

TEST(RequestKey, IsOnDiskForEver) {
  SeededRandom random(1);
  const Intent intent = Intent::attempt(request_key("account/ann", "buy-1", {}), random);
  EXPECT_EQ(intent.text().substr(0, 13), "amxUZreCTwzxX");
}

TEST(Intent, IsNewForEveryAttemptAndOfTheSameRequest) {  // I2
  SeededRandom random(1);
  const RequestKey request = request_key("account/ann", "buy-1", {});
  std::set<Intent> intents;
  for (int n = 0; n < 1000; ++n) {
    const Intent intent = Intent::attempt(request, random);
    EXPECT_TRUE(intent.is_of(request));
    EXPECT_EQ(intent.request(), request.bytes);
    intents.insert(intent);
  }
  EXPECT_EQ(intents.size(), 1000U);
  EXPECT_FALSE(intents.begin()->is_of(request_key("account/ann", "buy-2", {})));
}

TEST(Intent, IsReadFromItsOwnTextOnly) {
  SeededRandom random(1);
  const std::string text = Intent::attempt(request_key("a", "b", {}), random).text();
  EXPECT_EQ(text.size(), 22U);
  EXPECT_FALSE(Intent::from(""));
  EXPECT_FALSE(Intent::from(text.substr(1)));
  EXPECT_FALSE(Intent::from(text + "A"));
  EXPECT_FALSE(Intent::from(text + "=="));
  EXPECT_FALSE(Intent::from("!" + text.substr(1)));
  EXPECT_EQ(Intent{}.text(), "AAAAAAAAAAAAAAAAAAAAAA");
}

RC_GTEST_PROP(IntentProperty, IsReadAsItWasWritten, (std::uint64_t seed, std::string owner)) {
  SeededRandom random(seed);
  const Intent intent = Intent::attempt(request_key(owner, "x", {}), random);
  const auto read = Intent::from(intent.text());
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == intent);
}

}  // namespace
}  // namespace posse
