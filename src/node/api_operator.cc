/// What operators see: accounts, nodes, audits.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::size_t accounts_max = 100;

json::object row(const ListedAccount& account) {
  if (!account.view) return {{"name", account.name.text()}, {"unreadable", true}};
  const AccountView& view = *account.view;
  return {{"name", view.name.text()},        {"role", view.role},
          {"balance", number(view.balance)}, {"spendable", number(view.spendable)},
          {"holds", view.holds.size()},      {"settled", view.settled}};
}

/// A parameter that is a name, or the beginning of one; empty if it is not given.
std::string given(const Request& request, const std::string& parameter) {
  const auto found = request.query.find(parameter);
  return found == request.query.end() ? std::string() : found->second;
}

Task<Response> accounts(ApiParts* parts, const Request* request, const Visitor* /*visitor*/) {
  for (const std::string parameter : {"after", "prefix"}) {
    const std::string name = given(*request, parameter);
    if (!name.empty() && !Name::from(name)) {
      co_return problem(400, "bad_request", parameter + " " + std::string(Name::rule));
    }
  }
  AccountRange range{.prefix = given(*request, "prefix"),
                     .after = given(*request, "after"),
                     .items_max = accounts_max};
  const auto listed = co_await parts->shop.accounts().list(std::move(range));
  if (!listed) co_return answer_of(listed.error());
  json::array rows;
  for (const auto& account : *listed) rows.push_back(row(account));
  json::object body{{"accounts", std::move(rows)}, {"next", nullptr}};
  if (listed->size() == accounts_max) body["next"] = listed->back().name.text();
  co_return json_response(200, body);
}

json::object to_json(const NodeView& view) {
  json::array recovered;
  for (const auto& one : view.recovered) {
    recovered.push_back(json::object{
        {"at", rfc3339(one.at)}, {"entries", one.entries}, {"oldest_ms", one.oldest.count()}});
  }
  json::object out{{"node", view.node},
                   {"oldest_unsettled_ms", view.oldest_unsettled.count()},
                   {"recovered", std::move(recovered)},
                   {"alarms", json::value_from(view.alarms)},
                   {"clock_ahead_ms", nullptr}};
  if (view.clock_ahead) out["clock_ahead_ms"] = view.clock_ahead->count();
  return out;
}

Task<Response> nodes(ApiParts* parts, const Request* /*request*/, const Visitor* /*visitor*/) {
  const auto members = co_await parts->membership.members();
  if (!members) co_return answer_of(members.error());
  const NodeView self = co_await parts->self();
  json::array rows;
  for (const auto& member : *members) {
    rows.push_back(
        json::object{{"node", member.node}, {"beat", member.beat}, {"time", rfc3339(member.time)}});
  }
  co_return json_response(200, {{"nodes", std::move(rows)}, {"self", to_json(self)}});
}

Task<Response> start_audit(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  parts->log.write(LogLevel::info, "audit asked for", {{"operator", visitor->name.text()}});
  co_return co_await parts->audit(AuditCall::start);
}

Task<Response> show_audit(ApiParts* parts, const Request* /*request*/, const Visitor* /*visitor*/) {
  co_return co_await parts->audit(AuditCall::show);
}

}  // namespace

void add_operator_routes(Router& router, ApiParts& parts) {
  router.add("GET", "/v1/accounts", for_operators(parts, accounts), {"after", "prefix"});
  router.add("GET", "/v1/nodes", for_operators(parts, nodes));
  router.add("POST", "/v1/audit", for_operators(parts, start_audit));
  router.add("GET", "/v1/audit", for_operators(parts, show_audit));
}

}  // namespace posse
