/// Campaigns as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "shop/campaign.h"

#include <utility>

#include "core/fields.h"

namespace posse {
namespace json = boost::json;
namespace {

Time read_time(Fields& fields, std::string_view name) {
  return Time{std::chrono::milliseconds{fields.integer(name, {.most = number(time_max)})}};
}

/// Less than any, if it is not the number of that name.
std::int64_t number_of(const json::key_value_pair& field, std::string_view name) {
  const std::int64_t* number = field.value().if_int64();
  return number != nullptr && std::string_view(field.key()) == name ? *number : -1;
}

/// The sale as write_last_sale() writes it; empty if it stands there in another way. Every purchase
/// asks for it three times.
std::optional<LastSale> last_sale_as_written(const json::object& state) {
  if (state.size() != 3) return {};
  const auto* fields = state.begin();
  const Cents price{number_of(fields[0], "price")};
  const Time sold_at{std::chrono::milliseconds{number_of(fields[1], "sold_at")}};
  const Time ends_at{std::chrono::milliseconds{number_of(fields[2], "ends_at")}};
  if (price < Cents{} || sold_at < Time{} || ends_at < Time{}) return {};
  if (sold_at > time_max || ends_at > time_max) return {};
  return LastSale{.price = price, .sold_at = sold_at, .ends_at = ends_at};
}

}  // namespace

bool depends_on_time(const Campaign& campaign) {
  return campaign.slot_length.count() > 0 || campaign.opens_at != Time{} ||
         campaign.closes_at != Time{} || campaign.pricing->depends_on_time();
}

json::object write_campaign(const Campaign& campaign) {
  return {{"title", campaign.title},
          {"owner", campaign.owner.text()},
          {"pricing", campaign.pricing->to_json()},
          {"slot_seconds", campaign.slot_length.count()},
          {"capacity", campaign.capacity},
          {"opens_at", number(campaign.opens_at)},
          {"closes_at", number(campaign.closes_at)}};
}

Result<Campaign> read_campaign(const json::object& settings) {
  Fields fields(settings, "campaign");
  Campaign campaign;
  campaign.title = fields.text("title", title_bytes_max);
  const auto owner = Name::from(fields.text("owner", 64));
  if (!owner) fields.refuse("owner", Name::rule);
  campaign.owner = owner.value_or(Name{});
  auto pricing = read_pricing(fields.object("pricing"));
  if (auto* wrong = std::get_if<std::string>(&pricing))
    fields.refuse("pricing", "is wrong: " + *wrong);
  else
    campaign.pricing = std::get<std::unique_ptr<Pricing>>(std::move(pricing));
  campaign.slot_length =
      std::chrono::seconds{fields.integer("slot_seconds", {.most = slot_seconds_max})};
  campaign.capacity = fields.count("capacity");
  campaign.opens_at = read_time(fields, "opens_at");
  campaign.closes_at = read_time(fields, "closes_at");
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return campaign;
}

void write_last_sale(const LastSale& sale, json::object& state) {
  put(state, "price", number(sale.price));
  put(state, "sold_at", number(sale.sold_at));
  put(state, "ends_at", number(sale.ends_at));
}

Result<std::optional<LastSale>> read_last_sale(const json::object& state) {
  if (state.empty()) return std::optional<LastSale>{};
  if (const auto sale = last_sale_as_written(state)) return sale;
  Fields fields(state, "state");
  const Cents price{fields.integer("price")};
  const Time sold_at = read_time(fields, "sold_at");
  const Time ends_at = read_time(fields, "ends_at");
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return LastSale{.price = price, .sold_at = sold_at, .ends_at = ends_at};
}

}  // namespace posse
