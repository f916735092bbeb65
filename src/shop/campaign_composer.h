/// How the next slots of a campaign are sold: the price of each, its time, or why not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "journal/composer.h"
#include "shop/campaign.h"

namespace posse {

/// The next sale of a campaign as one would make it now.
struct Offer {
  Cents price{};
  Time starts_at{};
  Time ends_at{};  ///< `starts_at` if slots have no length.
};

/// What slot `slot` is offered for at `now`, or why it is not: `not_open`, `closed`, `sold_out`.
std::variant<Offer, Refusal> offer(const Campaign& campaign, const std::optional<LastSale>& last,
                                   Slot slot, Time now);

/// Prices each purchase by the slot before it and the entry's time. Also refuses `price_moved`,
/// with the new `price`, and `clock_off`, what depends on time while this node's clock is not to be
/// trusted. A purchase's data holds its `max_price`.
class CampaignComposer final : public Composer {
 public:
  /// `clock_is_trusted` is looked at for every sale.
  explicit CampaignComposer(const bool& clock_is_trusted) : clock_is_trusted_(clock_is_trusted) {}

  std::shared_ptr<const Terms> read(const boost::json::object& settings) const override;
  std::optional<Refusal> refuses(const Ground& ground, const Entry& entry,
                                 const Operation& operation) const override;
  void append(const Ground& ground, Entry& entry, Operation operation) const override;
  void undo(Operation& operation) const override;

 private:
  const bool& clock_is_trusted_;
};

}  // namespace posse
