/// Purchases over HTTP.
// SPDX-License-Identifier: Apache-2.0
#include "cli/node_till.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/fields.h"

namespace posse {
namespace json = boost::json;
namespace {

/// What this program compares of a sale; empty if it is none of `purchase`.
std::optional<Sale> sale_of(const json::object& object, const Purchase& purchase) {
  const auto campaign = text_in(object, "campaign");
  const auto key = text_in(object, "key");
  const auto intent = Intent::from(text_in(object, "intent").value_or(""));
  const auto slot = number_in(object, "slot");
  const auto price = number_in(object, "price");
  const auto entry = number_in(object, "entry");
  const auto* repeated = object.if_contains("repeated");
  if (campaign != purchase.campaign.text() || key != purchase.key.text() || !intent) return {};
  if (!slot || !price || !entry || *price > number(purchase.max_price)) return {};
  if (repeated == nullptr || !repeated->is_bool()) return {};
  return Sale{.campaign = purchase.campaign,
              .key = purchase.key,
              .slot = Slot{static_cast<std::uint64_t>(*slot)},
              .price = Cents{*price},
              .entry = EntryNumber{static_cast<std::uint64_t>(*entry)},
              .intent = *intent,
              .sold_at = {},
              .starts_at = {},
              .ends_at = {},
              .repeated = repeated->get_bool()};
}

Result<Answer<Sale>> answer_in(const Reply& reply, const Purchase& purchase) {
  if (reply.status == no_node) {
    return Error{Errc::unavailable, "no node could be reached, last tried: " + reply.node};
  }
  if (reply.status == 201) {
    if (auto sale = sale_of(reply.body, purchase)) return Answer<Sale>(*std::move(sale));
    return Error{Errc::unreadable, reply.node + " says that it sold what nobody asked for"};
  }
  // The order was sent: whatever is no answer of a node to it leaves open what became of it.
  const auto code = text_in(reply.body, "code");
  if (reply.status < 400 || !code) return Answer<Sale>(Undecided{});
  const std::string detail(text_in(reply.body, "detail").value_or(""));
  if (reply.status >= 500) return Error{Errc::unavailable, detail};
  return Answer<Sale>(refuse(*code, detail));
}

}  // namespace

bool is_sale_of(const json::object& object, const Purchase& purchase) {
  return sale_of(object, purchase).has_value();
}

NodeTill::NodeTill(boost::asio::any_io_executor executor, Clock& clock, Plan plan)
    : tokens_(std::move(plan.tokens)) {
  for (std::size_t i = 0; i < plan.buyers; ++i) {
    auto client = std::make_unique<NodeClient>(executor, clock, plan.nodes, "");
    client->set_waits(plan.waits);
    clients_.push_back(std::move(client));
    std::ranges::rotate(plan.nodes, plan.nodes.begin() + 1);
  }
}

Task<Result<Answer<Sale>>> NodeTill::buy(std::size_t buyer, Purchase purchase) {
  NodeClient& client = *clients_[buyer];
  client.speak_with(tokens_.at(purchase.buyer));
  json::object body{{"max_price", number(purchase.max_price)}};
  if (!purchase.content.empty()) body["content"] = purchase.content;
  Ask ask{.method = "POST",
          .target = "/v1/campaigns/" + purchase.campaign.text() + "/purchases",
          .body = std::move(body),
          .key = purchase.key.text()};
  const auto began = std::chrono::steady_clock::now();
  const Reply reply = co_await client.insist(std::move(ask));
  const auto waited = std::chrono::steady_clock::now() - began;
  if (reply.asked == 1) {
    undisturbed_.add(std::chrono::duration_cast<std::chrono::microseconds>(waited));
  }
  co_return answer_in(reply, purchase);
}

}  // namespace posse
