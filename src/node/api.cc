/// Making handlers of routes.
// SPDX-License-Identifier: Apache-2.0
#include "node/api.h"

#include <utility>

#include "core/text.h"
#include "node/answers.h"

namespace posse {
namespace {

// The request is the coroutine's own: its route refers to it.

Task<Response> answer_all(ApiParts* parts, Route route, Request request) {
  co_return co_await route(parts, &request);
}

Task<Response> answer_visitors(ApiParts* parts, VisitorRoute route, Request request) {
  auto visitor = co_await parts->visitors.recognise(&request);
  if (auto* nobody = std::get_if<Response>(&visitor)) co_return std::move(*nobody);
  co_return co_await route(parts, &request, &std::get<Visitor>(visitor));
}

Task<Response> answer_operators(ApiParts* parts, VisitorRoute route, Request request) {
  auto visitor = co_await parts->visitors.recognise_operator(&request);
  if (auto* nobody = std::get_if<Response>(&visitor)) co_return std::move(*nobody);
  co_return co_await route(parts, &request, &std::get<Visitor>(visitor));
}

}  // namespace

Handler for_all(ApiParts& parts, Route route) {
  return [&parts, route](Request request) { return answer_all(&parts, route, std::move(request)); };
}

Handler for_visitors(ApiParts& parts, VisitorRoute route) {
  return [&parts, route](Request request) {
    return answer_visitors(&parts, route, std::move(request));
  };
}

Handler for_operators(ApiParts& parts, VisitorRoute route) {
  return [&parts, route](Request request) {
    return answer_operators(&parts, route, std::move(request));
  };
}

std::variant<Name, Response> campaign_in(const Request& request) {
  const std::string& text = request.parts.at("id");
  if (auto id = Name::from(text)) return *std::move(id);
  return unknown_campaign(text);
}

std::variant<std::optional<std::int64_t>, Response> number_in_query(const Request& request,
                                                                    const std::string& name,
                                                                    Range range) {
  const auto given = request.query.find(name);
  if (given == request.query.end()) return std::optional<std::int64_t>{};
  const auto number = whole_number(given->second);
  if (number && range.least <= *number && *number <= range.most) return number;
  return problem(400, "bad_request",
                 name + " must be a whole number from " + std::to_string(range.least) + " to " +
                     std::to_string(range.most));
}

Response session_only(const std::string& detail) {
  return answer_of(refuse("session_only", detail));
}

Response unknown_campaign(const std::string& id) {
  return problem(404, "unknown_campaign", "there is no campaign `" + id + "`");
}

}  // namespace posse
