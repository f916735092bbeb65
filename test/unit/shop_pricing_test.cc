/// Prices: what the next slot costs, and that no number is too large for it.
// SPDX-License-Identifier: Apache-2.0
#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "shop/pricing.h"

namespace posse {
namespace {

using namespace std::chrono_literals;
using Big = boost::multiprecision::cpp_int;

constexpr Time sold_at{1'764'000'000'000ms};
constexpr std::int64_t most = INT64_MAX;

LastSale sale(std::int64_t price, std::chrono::milliseconds length) {
  return {.price = Cents{price}, .sold_at = sold_at, .ends_at = sold_at + length};
}

std::int64_t doubling(std::int64_t floor, std::chrono::seconds cooldown, const LastSale& last,
                      std::chrono::milliseconds later) {
  return number(doubling_pricing(Cents{floor}, cooldown)->price(last, sold_at + later));
}

std::string why_not(const boost::json::object& json) {
  const auto read = read_pricing(json);
  const auto* wrong = std::get_if<std::string>(&read);
  return wrong == nullptr ? "" : *wrong;
}

TEST(FixedPrice, NeverChanges) {
  const auto pricing = fixed_pricing(Cents{40});
  EXPECT_EQ(pricing->price({}, sold_at), Cents{40});
  EXPECT_EQ(pricing->price(sale(7, 1s), sold_at + 1h), Cents{40});
}

TEST(DoublingPrice, StartsAtTheFloor) {
  EXPECT_EQ(doubling_pricing(Cents{100}, 10s)->price({}, sold_at), Cents{100});
}

TEST(DoublingPrice, DoublesWhatWasPaid) {
  EXPECT_EQ(doubling(100, 10s, sale(100, 0s), 0ms), 200);
  EXPECT_EQ(doubling(100, 10s, sale(150, 0s), 0ms), 300);
}

TEST(DoublingPrice, FallsInAStraightLine) {
  const LastSale last = sale(300, 0s);
  EXPECT_EQ(doubling(100, 10s, last, 2500ms), 475);
  EXPECT_EQ(doubling(100, 10s, last, 5s), 350);
  EXPECT_EQ(doubling(100, 10s, last, 7500ms), 225);
}

TEST(DoublingPrice, ReachesTheFloorExactlyWhenTheCooldownEnds) {
  const LastSale last = sale(300, 0s);
  EXPECT_EQ(doubling(100, 10s, last, 9999ms), 101);
  EXPECT_EQ(doubling(100, 10s, last, 10s), 100);
  EXPECT_EQ(doubling(100, 10s, last, 10001ms), 100);
}

TEST(DoublingPrice, ReachesTheFloorExactlyWhenTheSlotEnds) {
  const LastSale last = sale(300, 60s);
  EXPECT_EQ(doubling(100, 10s, last, 30s), 350) << "the cooldown must not count";
  EXPECT_EQ(doubling(100, 10s, last, 59999ms), 101);
  EXPECT_EQ(doubling(100, 10s, last, 60s), 100);
}

TEST(DoublingPrice, RoundsUp) {
  // From 2 to 1 in a second: one above the floor until the last millisecond.
  EXPECT_EQ(doubling(1, 1s, sale(1, 0s), 1ms), 2);
  EXPECT_EQ(doubling(1, 1s, sale(1, 0s), 999ms), 2);
  EXPECT_EQ(doubling(1, 1s, sale(1, 0s), 1000ms), 1);
}

TEST(DoublingPrice, IsBackAtOnceWithoutACooldown) {
  EXPECT_EQ(doubling(100, 0s, sale(5000, 0s), 0ms), 100);
}

TEST(DoublingPrice, IsNotBelowTheFloorAfterACheapSale) {
  EXPECT_EQ(doubling(100, 10s, sale(0, 0s), 0ms), 100);
  EXPECT_EQ(doubling(100, 10s, sale(30, 0s), 5s), 100);
}

TEST(DoublingPrice, TakesAnEarlierClockForTheTimeOfTheSale) {
  EXPECT_EQ(doubling(100, 10s, sale(100, 0s), -5s), 200);
}

TEST(DoublingPrice, HoldsTheLargestAmount) {
  EXPECT_EQ(doubling(1, 10s, sale(most, 0s), 0ms), most);
  EXPECT_EQ(doubling(1, 10s, sale(most / 2 + 1, 0s), 0ms), most);
  EXPECT_EQ(doubling(1, 10s, sale(most / 2, 0s), 0ms), most - 1);
  EXPECT_EQ(doubling(most, 315'360'000s, sale(most, 0s), 1ms), most);
  EXPECT_EQ(doubling(1, 315'360'000s, sale(most, 0s), 315'359'999'999ms), 29'247'122);
}

/// The curve in numbers without bounds: the rule as product.md states it.
Big twin(std::int64_t floor, const Big& whole, const LastSale& last, const Big& passed) {
  if (passed >= whole) return floor;
  Big top = std::min(Big(2) * number(last.price), Big(most));
  top = std::max(top, Big(floor));
  const Big above = (top - floor) * (whole - passed);
  return floor + (above + whole - 1) / whole;
}

RC_GTEST_PROP(DoublingPrice, IsWhatItsTwinSaysForAnyNumbers, ()) {
  const auto amount =
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1000), rc::gen::nonNegative<std::int64_t>(),
                     rc::gen::map(rc::gen::inRange<std::int64_t>(0, 1000),
                                  [](std::int64_t less) { return most - less; }));
  const std::int64_t floor = *rc::gen::suchThat(amount, [](std::int64_t n) { return n > 0; });
  const std::int64_t paid = *amount;
  const std::int64_t cooldown = *rc::gen::inRange<std::int64_t>(0, 315'360'001);
  const std::int64_t length = *rc::gen::element<std::int64_t>(0, 0, 1, 60, 315'360'000);
  const LastSale last = sale(paid, std::chrono::seconds{length});
  const std::int64_t whole = 1000 * (length > 0 ? length : cooldown);
  const std::int64_t passed = *rc::gen::inRange<std::int64_t>(0, whole + 10);
  const auto price =
      doubling(floor, std::chrono::seconds{cooldown}, last, std::chrono::milliseconds{passed});
  RC_ASSERT(Big(price) == twin(floor, whole, last, passed));
  RC_ASSERT(price >= floor);
}

RC_GTEST_PROP(DoublingPrice, NeverRisesWhileNobodyBuys, ()) {
  const std::int64_t paid = *rc::gen::nonNegative<std::int64_t>();
  const std::int64_t first = *rc::gen::inRange<std::int64_t>(0, 20'000);
  const std::int64_t second = *rc::gen::inRange<std::int64_t>(first, 20'001);
  const LastSale last = sale(paid, 0s);
  RC_ASSERT(doubling(100, 10s, last, std::chrono::milliseconds{first}) >=
            doubling(100, 10s, last, std::chrono::milliseconds{second}));
}

TEST(Pricing, ComesBackFromItsSettings) {
  for (const auto& pricing : {fixed_pricing(Cents{0}).release(), fixed_pricing(Cents{40}).release(),
                              doubling_pricing(Cents{most}, 86400s).release()}) {
    const std::unique_ptr<Pricing> owned(pricing);
    const auto read = read_pricing(owned->to_json());
    ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Pricing>>(read));
    EXPECT_EQ(std::get<std::unique_ptr<Pricing>>(read)->to_json(), owned->to_json());
  }
}

TEST(Pricing, NamesTheFieldAndTheBoundThatSettingsBreak) {
  const auto says = [](const boost::json::object& json, const std::string& words) {
    EXPECT_NE(why_not(json).find(words), std::string::npos) << why_not(json);
  };
  says({{"kind", "free"}}, "`kind` must be fixed or doubling");
  says({{"price", 1}}, "`kind` is missing");
  says({{"kind", "fixed"}}, "`price` is missing");
  says({{"kind", "fixed"}, {"price", -1}}, "`price` must be a whole number from 0 to");
  says({{"kind", "fixed"}, {"price", 1.5}}, "`price` must be a whole number from 0 to");
  says({{"kind", "fixed"}, {"price", 1}, {"more", 1}},
       "`more` is a field this program does not know");
  says({{"kind", "doubling"}, {"floor", 0}, {"cooldown_seconds", 1}}, "`floor` must be a whole");
  says({{"kind", "doubling"}, {"floor", 1}, {"cooldown_seconds", 315'360'001}},
       "`cooldown_seconds` must be a whole number from 0 to 315360000");
}

}  // namespace
}  // namespace posse
