/// Composing entries of a campaign.
// SPDX-License-Identifier: Apache-2.0
#include "shop/campaign_composer.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"
#include "shop/answer.h"

namespace posse {
namespace {

class CampaignTerms final : public Terms {
 public:
  explicit CampaignTerms(Campaign campaign) : campaign_(std::move(campaign)) {}
  const Campaign& campaign() const { return campaign_; }

 private:
  Campaign campaign_;
};

/// Null if this program cannot read the settings.
const Campaign* campaign_of(const Ground& ground) {
  const auto* terms = dynamic_cast<const CampaignTerms*>(ground.terms);
  return terms == nullptr ? nullptr : &terms->campaign();
}

Refusal price_moved(Cents price, std::int64_t most) {
  return {.code = "price_moved",
          .detail = "the next slot costs " + std::to_string(number(price)) +
                    ", above the maximum of " + std::to_string(most),
          .more = {{"price", number(price)}}};
}

/// The purchase at its price: the debit in its effect, the sale in its line, the times in its data.
void price(Operation& sale, const Offer& offer, const Name& seller) {
  put(sale.effects.front().details, "amount", -number(offer.price));
  put(sale.line, "seller", seller.text());
  put(sale.line, "amount", number(offer.price));
  put(sale.data, "starts_at", number(offer.starts_at));
  put(sale.data, "ends_at", number(offer.ends_at));
}

std::variant<Offer, Refusal> next_offer(const Campaign& campaign, const Entry& entry) {
  const Slot slot = entry.first_slot + entry.operations.size();
  const auto last = read_last_sale(entry.state);
  if (!last) return refuse("unreadable", last.error().detail);
  return offer(campaign, *last, slot, entry.time);
}

}  // namespace

std::variant<Offer, Refusal> offer(const Campaign& campaign, const std::optional<LastSale>& last,
                                   Slot slot, Time now) {
  if (now < campaign.opens_at) return refuse("not_open", "the campaign is not open yet");
  if (campaign.closes_at != Time{} && now >= campaign.closes_at) {
    return refuse("closed", "the campaign is closed");
  }
  if (campaign.capacity != 0 && number(slot) > campaign.capacity) {
    return refuse("sold_out", "all " + std::to_string(campaign.capacity) + " slots are sold");
  }
  const bool has_length = campaign.slot_length.count() > 0;
  const Time starts = has_length && last ? std::max(now, last->ends_at) : now;
  if (starts > time_max - campaign.slot_length) {
    return refuse("sold_out", "slots are sold up to the year 9999");
  }
  return Offer{.price = campaign.pricing->price(last, now),
               .starts_at = starts,
               .ends_at = starts + campaign.slot_length};
}

std::shared_ptr<const Terms> CampaignComposer::read(const boost::json::object& settings) const {
  auto campaign = read_campaign(settings);
  if (!campaign) return {};
  return std::make_shared<const CampaignTerms>(*std::move(campaign));
}

std::optional<Refusal> CampaignComposer::refuses(const Ground& ground, const Entry& entry,
                                                 const Operation& operation) const {
  const Campaign* campaign = campaign_of(ground);
  if (campaign == nullptr) {
    return refuse("unreadable", "this program cannot read the campaign's settings");
  }
  if (!clock_is_trusted_ && depends_on_time(*campaign)) {
    return refuse("clock_off",
                  "this node's clock is not its neighbours', and what it would sell depends on the "
                  "time: ask another node");
  }
  auto offered = next_offer(*campaign, entry);
  if (auto* refusal = std::get_if<Refusal>(&offered)) return std::move(*refusal);
  const Cents price = std::get<Offer>(offered).price;
  const std::int64_t most = number_in(operation.data, "max_price").value_or(-1);
  if (number(price) > most) return price_moved(price, most);
  return {};
}

void CampaignComposer::append(const Ground& ground, Entry& entry, Operation operation) const {
  const Campaign& campaign = *campaign_of(ground);
  const auto offer = std::get<Offer>(next_offer(campaign, entry));
  price(operation, offer, campaign.owner);
  entry.operations.push_back(std::move(operation));
  const LastSale sale{.price = offer.price, .sold_at = entry.time, .ends_at = offer.ends_at};
  write_last_sale(sale, entry.state);
}

void CampaignComposer::undo(Operation& operation) const {
  const std::int64_t most = number_in(operation.data, "max_price").value_or(0);
  put(operation.effects.front().details, "amount", -most);
}

}  // namespace posse
