/// Buying, and looking at what was sold.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"
#include "node/views.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::size_t receipts_page = 50;

Response other_buyer(const Name& meant, const Name& visitor) {
  return answer_of(refuse("other_buyer", "this order is for `" + meant.text() + "`, but `" +
                                             visitor.text() + "` is logged in"));
}

/// Reads the order. Its `buyer` is no part of it: it only says whom the client takes the visitor
/// for, who may have logged in as somebody else in another window.
std::optional<Response> read_purchase(const Request& request, Purchase& purchase) {
  std::optional<Name> buyer;
  auto wrong = read_body(request, [&](Fields& fields) {
    purchase.max_price = Cents{fields.integer("max_price")};
    if (fields.has("content")) purchase.content = fields.text("content", content_bytes_max);
    if (!fields.has("buyer")) return;
    buyer = Name::from(fields.text("buyer", 64));
    if (!buyer) fields.refuse("buyer", Name::rule);
  });
  if (wrong) return wrong;
  if (buyer && *buyer != purchase.buyer) return other_buyer(*buyer, purchase.buyer);
  return {};
}

/// As metrics call it.
std::string outcome_of(const Result<Answer<Sale>>& answer) {
  if (!answer) return "failed";
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return refusal->code;
  if (std::holds_alternative<Undecided>(*answer)) return "undecided";
  return std::get<Sale>(*answer).repeated ? "repeated" : "sold";
}

Task<Response> buy(ApiParts* parts, const Request* request, const Visitor* visitor) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  const Name& id = std::get<Name>(named);
  const auto key = Uuid::from(request->field("idempotency-key"));
  if (!key) {
    co_return problem(400, "bad_request",
                      "Idempotency-Key must be a version 7 UUID: the same one for the same order");
  }
  Purchase purchase{
      .campaign = id, .buyer = visitor->name, .max_price = {}, .key = *key, .content = {}};
  if (auto wrong = read_purchase(*request, purchase)) co_return *std::move(wrong);
  Metrics::PurchaseUnderWay measured(parts->metrics);
  const auto answer = co_await parts->seller(std::move(purchase));
  measured.came_to(outcome_of(answer));
  const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
  const bool is_there = refusal == nullptr || refusal->code != "unknown_campaign";
  if (is_there) parts->patrol.keep_an_eye_on(campaign_sequence(id));
  co_return answer_of(answer, [](const Sale& sale) { return json_response(201, to_json(sale)); });
}

/// The receipts of a campaign in the order of its entries, a page at a time; empty entries, which
/// close positions that nobody took, are left out.
Task<Response> receipts(ApiParts* parts, const Request* request) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  const Name& id = std::get<Name>(named);
  const auto after = number_in_query(*request, "after", {});
  if (const auto* wrong = std::get_if<Response>(&after)) co_return *wrong;
  const Sequence sequence = campaign_sequence(id);
  const auto head = co_await parts->shop.journal().sequences().head(sequence);
  if (!head) co_return answer_of(head.error());
  if (!*head) co_return unknown_campaign(id.text());
  const std::uint64_t last = number((*head)->head.tip.entry);
  const auto from = std::get<std::optional<std::int64_t>>(after);
  std::uint64_t at = static_cast<std::uint64_t>(from.value_or(0));
  json::array listed;
  for (std::size_t read = 0; read < receipts_page && at < last; ++read) {
    ++at;
    const auto receipt =
        co_await parts->shop.journal().sequences().receipt(sequence, EntryNumber{at});
    if (!receipt) co_return answer_of(receipt.error());
    if (!*receipt) continue;
    json::array lines;
    for (const auto& line : (*receipt)->lines) lines.push_back(line);
    json::object one{{"entry", at}, {"time", rfc3339((*receipt)->time)}};
    one["lines"] = std::move(lines);
    listed.push_back(std::move(one));
  }
  json::object body{{"receipts", std::move(listed)}, {"next", nullptr}};
  if (at < last) body["next"] = at;
  co_return json_response(200, body);
}

}  // namespace

void add_purchase_routes(Router& router, ApiParts& parts) {
  router.add("POST", "/v1/campaigns/{id}/purchases", for_visitors(parts, buy));
  router.add("GET", "/v1/campaigns/{id}/receipts", for_all(parts, receipts), {"after"});
}

}  // namespace posse
