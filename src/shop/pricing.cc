/// The policies `fixed` and `doubling`.
// SPDX-License-Identifier: Apache-2.0
#include "shop/pricing.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"

namespace posse {
namespace json = boost::json;
namespace {

/// Ten years: longer than any sale, short enough that milliseconds never overflow.
constexpr std::int64_t cooldown_seconds_max = 315'360'000;

class Fixed final : public Pricing {
 public:
  explicit Fixed(Cents price) : price_(price) {}

  Cents price(const std::optional<LastSale>& /*last*/, Time /*now*/) const override {
    return price_;
  }
  bool depends_on_time() const override { return false; }
  json::object to_json() const override { return {{"kind", "fixed"}, {"price", number(price_)}}; }

 private:
  Cents price_;
};

class Doubling final : public Pricing {
 public:
  Doubling(Cents floor, std::chrono::seconds cooldown) : floor_(floor), cooldown_(cooldown) {}

  Cents price(const std::optional<LastSale>& last, Time now) const override {
    if (!last) return floor_;
    const bool has_length = last->ends_at > last->sold_at;
    const Time reached = has_length ? last->ends_at : last->sold_at + cooldown_;
    const std::int64_t whole = (reached - last->sold_at).count();
    const std::int64_t left = (reached - std::max(now, last->sold_at)).count();
    if (left <= 0) return floor_;
    const std::int64_t top = std::max(doubled(last->price), number(floor_));
    __extension__ using Wide = __int128;  // a price times a time may need 126 bits
    const Wide above = Wide{top - number(floor_)} * left;
    return Cents{number(floor_) + static_cast<std::int64_t>((above + whole - 1) / whole)};
  }

  bool depends_on_time() const override { return true; }

  json::object to_json() const override {
    return {
        {"kind", "doubling"}, {"floor", number(floor_)}, {"cooldown_seconds", cooldown_.count()}};
  }

 private:
  static std::int64_t doubled(Cents price) {
    std::int64_t twice = 0;
    return __builtin_mul_overflow(number(price), 2, &twice) ? INT64_MAX : twice;
  }

  Cents floor_;
  std::chrono::seconds cooldown_;
};

}  // namespace

std::unique_ptr<Pricing> fixed_pricing(Cents price) {
  return std::make_unique<Fixed>(price);
}

std::unique_ptr<Pricing> doubling_pricing(Cents floor, std::chrono::seconds cooldown) {
  return std::make_unique<Doubling>(floor, cooldown);
}

std::variant<std::unique_ptr<Pricing>, std::string> read_pricing(const json::object& json) {
  Fields fields(json, "pricing");
  const std::string kind(fields.text("kind", 64));
  std::unique_ptr<Pricing> pricing;
  if (kind == "fixed") {
    pricing = fixed_pricing(Cents{fields.integer("price")});
  } else if (kind == "doubling") {
    const Cents floor{fields.integer("floor", {.least = 1})};
    const std::int64_t cooldown =
        fields.integer("cooldown_seconds", {.most = cooldown_seconds_max});
    pricing = doubling_pricing(floor, std::chrono::seconds{cooldown});
  } else {
    fields.refuse("kind", "must be fixed or doubling");
  }
  if (auto wrong = fields.finish()) return std::move(wrong->detail);
  return pricing;
}

}  // namespace posse
