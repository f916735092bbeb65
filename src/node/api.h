/// The HTTP API: what each route does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/fields.h"
#include "core/task_group.h"
#include "live/live_documents.h"
#include "node/audit_desk.h"
#include "node/log.h"
#include "node/metrics.h"
#include "node/recoveries.h"
#include "node/router.h"
#include "node/sessions.h"
#include "node/throttle.h"
#include "node/visitors.h"
#include "patrol/patrol.h"
#include "shop/shop.h"
#include "system/password_worker.h"

namespace posse {

/// Buys, wherever in this process the campaign is sold.
using Seller = std::function<Task<Result<Answer<Sale>>>(Purchase purchase)>;

/// Shows all nodes of this process as one.
using SelfView = std::function<Task<NodeView>()>;

/// Asks at the desk where the audits of this process run.
using AuditAsker = std::function<Task<Response>(AuditCall call)>;

/// The event that was made last, and what of.
struct ToldEvent {
  Name id;
  Version version{};
  Steady asked{};
  Steady made{};
  EntryNumber entry{};
  std::string text;
};

/// What the routes work with. Lives as long as they are asked.
struct ApiParts {
  Shop& shop;
  LiveDocuments& live;
  Patrol& patrol;
  Membership& membership;
  Clock& clock;
  Random& random;
  Sessions& sessions;
  Visitors& visitors;
  PasswordWorker& passwords;
  Throttle* throttle;  ///< One for all threads of the process.
  TaskGroup& tasks;
  Metrics& metrics;
  Log& log;
  Seller seller;
  SelfView self;
  AuditAsker audit;
  ToldEvent told;
};

/// Accounts, sessions, and what an account sees of itself.
void add_people_routes(Router& router, ApiParts& parts);

/// Deposits, withdrawals, harvests.
void add_money_routes(Router& router, ApiParts& parts);

/// Campaigns and their events.
void add_campaign_routes(Router& router, ApiParts& parts);

/// Buying, and looking at what was sold.
void add_purchase_routes(Router& router, ApiParts& parts);

/// Slots that are sold: by number, on show now, bought by oneself.
void add_slot_routes(Router& router, ApiParts& parts);

/// What operators see: accounts, nodes, audits.
void add_operator_routes(Router& router, ApiParts& parts);

/// API keys.
void add_key_routes(Router& router, ApiParts& parts);

/// What this API is: OpenAPI.
void add_description_route(Router& router);

/// A number in the query; empty if it is not there, a problem if it is outside of `range`.
std::variant<std::optional<std::int64_t>, Response> number_in_query(const Request& request,
                                                                    const std::string& name,
                                                                    Range range);

/// A route of these signatures becomes a handler: everything it is given lives as long as it runs.
using Route = Task<Response> (*)(ApiParts* parts, const Request* request);
using VisitorRoute = Task<Response> (*)(ApiParts* parts, const Request* request,
                                        const Visitor* visitor);

/// For everybody; for whoever has logged in; for operators. Anybody else gets 401 or 403.
Handler for_all(ApiParts& parts, Route route);
Handler for_visitors(ApiParts& parts, VisitorRoute route);
Handler for_operators(ApiParts& parts, VisitorRoute route);

/// What a visitor with a key is told where a session is asked for.
Response session_only(const std::string& detail);

/// A path's {id}, if it can be a campaign's; else the problem to answer.
std::variant<Name, Response> campaign_in(const Request& request);
Response unknown_campaign(const std::string& id);

}  // namespace posse
