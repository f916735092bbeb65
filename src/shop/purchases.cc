/// Purchases as orders in the campaign's sequence.
// SPDX-License-Identifier: Apache-2.0
#include "shop/purchases.h"

#include <utility>

#include "core/fields.h"
#include "core/json_writer.h"
#include "journal/content.h"

namespace posse {
namespace json = boost::json;
namespace {

/// What content may come to as JSON text, so that it has the same bound for everybody.
constexpr std::size_t content_json_bytes_max = 2800;

std::optional<Refusal> wrong(const Purchase& purchase) {
  if (number(purchase.max_price) < 0) {
    return bad_argument("max_price", "must be 0 to 9223372036854775807");
  }
  if (purchase.content.size() > content_bytes_max) {
    return bad_argument("content",
                        "must be at most " + std::to_string(content_bytes_max) + " bytes");
  }
  if (!is_utf8(purchase.content)) return bad_argument("content", "must be UTF-8 text");
  if (json_size(purchase.content) > content_json_bytes_max) {
    return bad_argument("content", "must be at most " + std::to_string(content_json_bytes_max) +
                                       " bytes as JSON, where a control character takes six");
  }
  return {};
}

/// With the fields that the composer fills in, so that there is room for them.
Order order_of(const Purchase& purchase) {
  Order order{
      .sequence = campaign_sequence(purchase.campaign),
      .guard = account_key(purchase.buyer),
      .request = {},
      .effects = {},
      .line = {{"kind", "sale"}, {"buyer", purchase.buyer.text()}, {"seller", ""}, {"amount", 0}},
      .data = {{"max_price", number(purchase.max_price)},
               {"content", purchase.content},
               {"starts_at", 0},
               {"ends_at", 0}}};
  order.request = request_key(order.guard.text(), purchase.key.text(), purchase.key.made());
  order.effects.push_back(add_effect(order.guard, "balance", -number(purchase.max_price), 0));
  return order;
}

bool same_request(const Purchase& purchase, const Committed& committed) {
  const auto& data = committed.operation().data;
  return committed.entry->sequence == campaign_sequence(purchase.campaign) &&
         number_in(data, "max_price") == number(purchase.max_price) &&
         text_in(data, "content") == purchase.content;
}

Time time_of(const json::object& data, std::string_view name) {
  return Time{std::chrono::milliseconds{number_in(data, name).value_or(0)}};
}

Sale sale_of(const Purchase& purchase, const Committed& committed) {
  const Operation& operation = committed.operation();
  return {.campaign = purchase.campaign,
          .key = purchase.key,
          .slot = committed.slot,
          .price = Cents{number_in(operation.line, "amount").value_or(0)},
          .entry = committed.entry->number,
          .intent = committed.intent,
          .sold_at = committed.entry->time,
          .starts_at = time_of(operation.data, "starts_at"),
          .ends_at = time_of(operation.data, "ends_at"),
          .repeated = committed.repeated};
}

/// The journal's words in the shop's.
Refusal in_our_words(Refusal refusal, const Purchase& purchase) {
  if (refusal.code == "unknown_sequence") {
    return refuse("unknown_campaign", "there is no campaign `" + purchase.campaign.text() + "`");
  }
  if (refusal.code == "unknown_participant") {
    return refuse("unknown_account", "there is no account `" + purchase.buyer.text() + "`");
  }
  if (refusal.code == "insufficient_funds") {
    refusal.detail = purchase.buyer.text() + " can spend " +
                     std::to_string(refusal.more.at("spendable").as_int64()) +
                     "; a purchase sets its maximum price aside, here " +
                     std::to_string(number(purchase.max_price));
  }
  return refusal;
}

}  // namespace

Task<Result<Answer<Sale>>> Purchases::buy(Purchase purchase) {
  if (auto refusal = wrong(purchase)) co_return *std::move(refusal);
  auto outcome = co_await journal_.commit(order_of(purchase));
  if (!outcome) co_return outcome.error();
  if (auto* refusal = std::get_if<Refusal>(&*outcome)) {
    co_return in_our_words(std::move(*refusal), purchase);
  }
  if (const auto* undecided = std::get_if<Undecided>(&*outcome)) co_return *undecided;
  const auto& committed = std::get<Committed>(*outcome);
  if (committed.repeated && !same_request(purchase, committed)) {
    co_return refuse("key_reused",
                     "key " + purchase.key.text() +
                         " has bought before, with another campaign, maximum price or content");
  }
  co_return sale_of(purchase, committed);
}

}  // namespace posse
