/// A campaign's settings, and what its entries say about its sales.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json.hpp>

#include "posse/result.h"
#include "posse/types.h"
#include "shop/name.h"
#include "shop/pricing.h"

namespace posse {

inline constexpr std::size_t title_bytes_max = 200;

/// A slot may last up to ten years; times stay within the year 9999.
inline constexpr std::int64_t slot_seconds_max = 315'360'000;
inline constexpr Time time_max{std::chrono::milliseconds{253'402'300'799'999}};

/// What is sold, by whom, when and for how much. Zero capacity: no end. A time at the epoch: no
/// such bound.
struct Campaign {
  std::string title;
  Name owner;
  std::shared_ptr<const Pricing> pricing;
  std::chrono::seconds slot_length{};
  std::uint64_t capacity = 0;
  Time opens_at{};
  Time closes_at{};
};

/// Whether what is sold, and for how much, is another thing at another time.
bool depends_on_time(const Campaign& campaign);

/// As the settings of a head.
/// Errors: `unreadable`, naming the field and the bound.
boost::json::object write_campaign(const Campaign& campaign);
Result<Campaign> read_campaign(const boost::json::object& settings);

/// The last sale, as a sequence's state keeps it in the place of the one before; nothing before the
/// first.
/// Errors: `unreadable`, naming the field.
void write_last_sale(const LastSale& sale, boost::json::object& state);
Result<std::optional<LastSale>> read_last_sale(const boost::json::object& state);

}  // namespace posse
