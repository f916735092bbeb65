/// Serving the description of the API.
// SPDX-License-Identifier: Apache-2.0
#include "node/api.h"
#include "node/description.h"

namespace posse {
namespace {

Task<Response> describe(Request /*request*/) {
  Response response;
  response.fields.emplace_back("Content-Type", "application/yaml");
  response.body = description();
  co_return response;
}

}  // namespace

void add_description_route(Router& router) {
  router.add("GET", "/v1/openapi.yaml", describe);
}

}  // namespace posse
