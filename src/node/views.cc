/// The shop's answers as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "node/views.h"

#include <utility>

#include "core/text.h"

namespace posse {
namespace json = boost::json;
namespace {

json::value time_or_null(Time time) {
  if (time == Time{}) return nullptr;
  return json::value(rfc3339(time));
}

json::object position(const Tip& tip) {
  return {
      {"entry", number(tip.entry)}, {"slot", number(tip.slot)}, {"time", time_or_null(tip.time)}};
}

}  // namespace

json::object to_json(const AccountView& account) {
  json::array holds;
  for (const auto& hold : account.holds) {
    json::object reserve;
    for (const auto& [field, reserved] : hold.reserve) reserve[field] = reserved;
    holds.push_back(json::object{{"intent", hold.intent.text()},
                                 {"sequence", hold.sequence.name()},
                                 {"first", number(hold.first)},
                                 {"last", number(hold.last)},
                                 {"reserve", std::move(reserve)}});
  }
  return {{"name", account.name.text()},
          {"role", account.role},
          {"balance", number(account.balance)},
          {"spendable", number(account.spendable)},
          {"holds", std::move(holds)},
          {"settled", account.settled},
          {"campaigns", json::value_from(account.campaigns)}};
}

json::object to_json(const CampaignView& view, Time as_of) {
  const Campaign& campaign = view.campaign;
  json::object out{
      {"id", view.id.text()},
      {"title", campaign.title},
      {"owner", campaign.owner.text()},
      {"pricing", campaign.pricing->to_json()},
      {"slot_seconds", campaign.slot_length.count()},
      {"capacity", campaign.capacity == 0 ? json::value(nullptr) : json::value(campaign.capacity)},
      {"opens_at", time_or_null(campaign.opens_at)},
      {"closes_at", time_or_null(campaign.closes_at)}};
  if (const auto* offer = std::get_if<Offer>(&view.next)) {
    out["price"] = number(offer->price);
    out["refusal"] = nullptr;
  } else {
    out["price"] = nullptr;
    out["refusal"] = std::get<Refusal>(view.next).code;
  }
  out["head"] = position(view.head);
  out["tip"] = position(view.tip);
  out["as_of"] = rfc3339(as_of);
  return out;
}

json::object to_json(const Sale& sale) {
  return {{"campaign", sale.campaign.text()},
          {"slot", number(sale.slot)},
          {"price", number(sale.price)},
          {"entry", number(sale.entry)},
          {"intent", sale.intent.text()},
          {"key", sale.key.text()},
          {"receipt", campaign_sequence(sale.campaign).receipt(sale.entry).text()},
          {"sold_at", rfc3339(sale.sold_at)},
          {"starts_at", rfc3339(sale.starts_at)},
          {"ends_at", rfc3339(sale.ends_at)},
          {"repeated", sale.repeated}};
}

json::object to_json(const SoldSlot& slot) {
  return {{"campaign", slot.campaign.text()},
          {"slot", number(slot.slot)},
          {"buyer", slot.buyer},
          {"price", number(slot.price)},
          {"content", slot.content},
          {"entry", number(slot.entry)},
          {"intent", slot.intent.text()},
          {"receipt", campaign_sequence(slot.campaign).receipt(slot.entry).text()},
          {"sold_at", rfc3339(slot.sold_at)},
          {"starts_at", rfc3339(slot.starts_at)},
          {"ends_at", rfc3339(slot.ends_at)}};
}

json::object to_json(const Bought& bought) {
  json::array purchases;
  for (const auto& slot : bought.slots) purchases.push_back(to_json(slot));
  json::object out{{"purchases", std::move(purchases)}, {"next", nullptr}};
  if (bought.next) out["next"] = *bought.next;
  return out;
}

json::object to_json(const Booked& booked) {
  return {{"account", booked.payment.account.text()},
          {"amount", number(booked.payment.amount)},
          {"reference", booked.payment.reference},
          {"journal", booked.journal.name()},
          {"entry", number(booked.entry)},
          {"repeated", booked.repeated}};
}

json::object to_json(const Harvested& harvested) {
  json::object paid;
  for (const auto& [campaign, sum] : harvested.paid) paid[campaign] = number(sum);
  return {{"paid", std::move(paid)}, {"balance", number(harvested.balance)}};
}

json::object to_json(const Earnings& earnings) {
  json::object due;
  for (const auto& [campaign, sum] : earnings.due) due[campaign] = number(sum);
  return {{"earnings", std::move(due)}, {"complete", earnings.complete}};
}

json::object to_json(const Refusal& refusal) {
  json::object out{{"code", refusal.code}, {"detail", refusal.detail}};
  for (const auto& [field, value] : refusal.more) out[field] = value;
  return out;
}

}  // namespace posse
