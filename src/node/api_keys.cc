/// API keys: tokens for programs, which do not end by themselves.
// SPDX-License-Identifier: Apache-2.0
#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"

namespace posse {
namespace {

Task<Response> make(ApiParts* parts, const Request* request, const Visitor* visitor) {
  if (!request->body.empty()) {
    if (auto wrong = read_body(*request, [](Fields&) {})) co_return *std::move(wrong);
  }
  const auto made = co_await parts->sessions.make_key(visitor->name);
  if (!made) co_return answer_of(made.error());
  co_return json_response(201, {{"id", made->id}, {"key", made->token}});
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
  router.add("POST", "/v1/me/keys", for_visitors(parts, make));
  router.add("DELETE", "/v1/me/keys/{key}", for_visitors(parts, end));
}

}  // namespace posse
