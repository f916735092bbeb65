/// Version 7 UUIDs: what is one, and the time it carries.
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/uuid.h"
#include "fake_clock.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

TEST(Uuid, ReadsTheExampleOfTheRfc) {
  // RFC 9562, appendix A.6: made on 22 February 2022 at 19:22:22 UTC.
  const auto uuid = Uuid::from("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(uuid->made(), Time{1'645'557'742'000ms});
}

TEST(Uuid, RefusesWhatIsNoVersion7) {
  using namespace std::string_literals;
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  EXPECT_TRUE(Uuid::from(good));
  EXPECT_FALSE(Uuid::from(""));
  EXPECT_FALSE(Uuid::from(good + "0"));
  EXPECT_FALSE(Uuid::from(good.substr(1)));
  EXPECT_FALSE(Uuid::from("{" + good + "}"));
  EXPECT_FALSE(Uuid::from("017f22e279b07cc398c4dc0c0c07398f"));
  EXPECT_FALSE(Uuid::from("017f22e2-79b0-4cc3-98c4-dc0c0c07398f")) << "version 4";
  EXPECT_FALSE(Uuid::from("017f22e2-79b0-7cc3-c8c4-dc0c0c07398f")) << "another variant";
  EXPECT_FALSE(Uuid::from("017f22e2-79b0-7cc3-78c4-dc0c0c07398f")) << "another variant";
  EXPECT_FALSE(Uuid::from("017f22e2-79b0-7cc3-98c4-dc0c0c07398g"));
  EXPECT_FALSE(Uuid::from("017f22e2 79b0 7cc3 98c4 dc0c0c07398f"));
}

TEST(Uuid, IsNewEachTimeItIsMade) {
  SeededRandom random{3};
  std::set<std::string> made;
  for (int uuids = 0; uuids < 1000; ++uuids) made.insert(Uuid::make(Time{5ms}, random).text());
  EXPECT_EQ(made.size(), 1000U);
}

TEST(Uuid, UsesChanceInEveryDigitThatIsFree) {
  SeededRandom random{3};
  std::map<std::size_t, std::set<char>> seen;
  for (int uuids = 0; uuids < 500; ++uuids) {
    const std::string text = Uuid::make(Time{5ms}, random).text();
    for (std::size_t at = 15; at < text.size(); ++at) seen[at].insert(text[at]);
  }
  for (const auto& [at, digits] : seen) {
    if (at == 18 || at == 23) continue;  // dashes
    EXPECT_EQ(digits.size(), at == 19 ? 4U : 16U) << at;
  }
}

RC_GTEST_PROP(Uuid, CarriesTheTimeItWasMadeAndReadsItself, ()) {
  SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
  const Time now{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, 1LL << 48)}};
  const Uuid made = Uuid::make(now, random);
  RC_ASSERT(made.made() == now);
  const auto read = Uuid::from(made.text());
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->text() == made.text());
}

}  // namespace
}  // namespace posse
