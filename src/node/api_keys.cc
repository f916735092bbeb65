/// API keys: tokens for programs, which do not end by themselves.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"

namespace posse {
namespace json = boost::json;
namespace {

Task<Response> list(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto keys = co_await parts->sessions.keys(visitor->name);
  if (!keys) co_return answer_of(keys.error());
  json::array listed;
  for (const auto& key : *keys) {
    listed.push_back(json::object{{"id", key.id}, {"created_at", rfc3339(key.created_at)}});
  }
  co_return json_response(200, {{"keys", std::move(listed)}});
}

Task<Response> make(ApiParts* parts, const Request* request, const Visitor* visitor) {
  // Whoever has got hold of a key must not make it outlive its deletion.
  if (visitor->by_key) co_return session_only("a key cannot make keys: log in");
  if (!request->body.empty()) {
    if (auto wrong = read_body(*request, [](Fields&) {})) co_return *std::move(wrong);
  }
  const auto made = co_await parts->sessions.make_key(visitor->name);
  co_return answer_of(made, [](const Opened& key) {
    return json_response(201, {{"id", key.id}, {"key", key.token}});
  });
}

Task<Response> end(ApiParts* parts, const Request* request, const Visitor* visitor) {
  const auto ended = co_await parts->sessions.end_key(visitor->name, request->parts.at("key"));
  if (!ended) co_return answer_of(ended.error());
  if (!*ended) co_return problem(404, "unknown_key", "you have no key with this id");
  Response response{.status = 204, .fields = {}, .body = {}, .stream = {}};
  co_return response;
}

}  // namespace

void add_key_routes(Router& router, ApiParts& parts) {
  router.add("GET", "/v1/me/keys", for_visitors(parts, list));
  router.add("POST", "/v1/me/keys", for_visitors(parts, make));
  router.add("DELETE", "/v1/me/keys/{key}", for_visitors(parts, end));
}

}  // namespace posse
