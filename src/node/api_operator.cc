/// What operators see: accounts.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "node/answers.h"
#include "node/api.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::size_t accounts_max = 100;

json::object row(const AccountView& account) {
  return {{"name", account.name.text()},        {"role", account.role},
          {"balance", number(account.balance)}, {"spendable", number(account.spendable)},
          {"holds", account.holds.size()},      {"settled", account.settled}};
}

Task<Response> accounts(ApiParts* parts, const Request* request, const Visitor* /*visitor*/) {
  const auto given = request->query.find("after");
  std::string after;
  if (given != request->query.end()) after = given->second;
  if (!after.empty() && !Name::from(after)) {
    co_return problem(400, "bad_request", "after " + std::string(Name::rule));
  }
  const auto views = co_await parts->shop.accounts().list(std::move(after), accounts_max);
  if (!views) co_return answer_of(views.error());
  json::array rows;
  for (const auto& view : *views) rows.push_back(row(view));
  json::object body{{"accounts", std::move(rows)}, {"next", nullptr}};
  if (views->size() == accounts_max) body["next"] = views->back().name.text();
  co_return json_response(200, body);
}

}  // namespace

void add_operator_routes(Router& router, ApiParts& parts) {
  router.add("GET", "/v1/accounts", for_operators(parts, accounts));
}

}  // namespace posse
