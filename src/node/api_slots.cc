/// Slots that are sold.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"
#include "node/views.h"

namespace posse {
namespace {

/// Settlements that one answer looks at.
constexpr std::size_t places_max = 50;

Response slot_response(const Result<Answer<SoldSlot>>& answer) {
  return answer_of(answer, [](const SoldSlot& slot) { return json_response(200, to_json(slot)); });
}

Task<Response> show(ApiParts* parts, const Request* request) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  const auto slot = whole_number(request->parts.at("slot"));
  if (!slot || *slot < 1) {
    co_return problem(400, "bad_request", "a slot is a whole number from 1 on");
  }
  const auto answer = co_await parts->shop.slots().show(std::get<Name>(named),
                                                        Slot{static_cast<std::uint64_t>(*slot)});
  co_return slot_response(answer);
}

Task<Response> current(ApiParts* parts, const Request* request) {
  const auto named = campaign_in(*request);
  if (const auto* nothing = std::get_if<Response>(&named)) co_return *nothing;
  const auto answer = co_await parts->shop.slots().current(std::get<Name>(named));
  co_return slot_response(answer);
}

Task<Response> bought(ApiParts* parts, const Request* request, const Visitor* visitor) {
  const auto before = number_in_query(*request, "before", {});
  if (const auto* wrong = std::get_if<Response>(&before)) co_return *wrong;
  std::optional<std::uint64_t> place;
  if (const auto given = std::get<std::optional<std::int64_t>>(before)) {
    place = static_cast<std::uint64_t>(*given);
  }
  const auto answer = co_await parts->shop.slots().bought(visitor->name, place, places_max);
  co_return answer_of(answer, [](const Bought& all) { return json_response(200, to_json(all)); });
}

}  // namespace

void add_slot_routes(Router& router, ApiParts& parts) {
  router.add("GET", "/v1/campaigns/{id}/slots/{slot}", for_all(parts, show));
  router.add("GET", "/v1/campaigns/{id}/current", for_all(parts, current));
  router.add("GET", "/v1/me/purchases", for_visitors(parts, bought), {"before"});
}

}  // namespace posse
