/// Wiring a node.
// SPDX-License-Identifier: Apache-2.0
#include "node/web_node.h"

#include <utility>

#include "node/answers.h"
#include "node/page.h"

namespace posse {
namespace {

Task<Response> alive(ApiParts* /*parts*/, const Request* /*request*/) {
  co_return json_response(200, {{"status", "alive"}});
}

/// Ready to sell: the store answers a read.
Task<Response> ready(ApiParts* parts, const Request* /*request*/) {
  Key members("posse/members");
  const auto seen = co_await parts->live.get(std::move(members));
  if (!seen) co_return answer_of(seen.error());
  co_return json_response(200, {{"status", "ready"}});
}

Task<Response> measured(const Metrics* metrics, Metrics::Sources sources) {
  Response response;
  response.fields.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = metrics->text(sources);
  co_return response;
}

}  // namespace

WebNode::WebNode(Doors doors, std::unique_ptr<Server> server)
    : doors_(doors),
      server_(std::move(server)),
      tasks_(doors.executor),
      live_(doors.store, doors.clock, doors.executor,
            [this](std::chrono::milliseconds age) { metrics_.aged(age); }),
      sessions_(doors.store, live_, doors.clock, doors.random),
      visitors_(sessions_, doors.shop.accounts()),
      passwords_(doors.executor),
      parts_{.shop = doors.shop,
             .live = live_,
             .patrol = doors.patrol,
             .clock = doors.clock,
             .random = doors.random,
             .sessions = sessions_,
             .visitors = visitors_,
             .passwords = passwords_,
             .throttle = throttle_,
             .tasks = tasks_,
             .metrics = metrics_,
             .log = doors.log},
      measured_{.journal = doors.shop.journal().counters(),
                .live = live_,
                .patrol = doors.patrol,
                .membership = doors.membership,
                .server = *server_,
                .passwords = passwords_} {
  router_.add("GET", "/healthz", for_all(parts_, alive));
  router_.add("GET", "/readyz", for_all(parts_, ready));
  router_.add("GET", "/metrics", [this](Request) { return measured(&metrics_, measured_); });
  add_description_route(router_);
  add_people_routes(router_, parts_);
  add_money_routes(router_, parts_);
  add_campaign_routes(router_, parts_);
  add_purchase_routes(router_, parts_);
  add_slot_routes(router_, parts_);
  add_key_routes(router_, parts_);
  add_page_routes(router_);
}

void WebNode::start() {
  server_->start([this](Request request) { return answer(std::move(request)); });
}

Task<Response> WebNode::answer(Request request) {
  const auto began = std::chrono::steady_clock::now();
  const std::string method = request.method;
  const std::string path = request.path;
  const std::string peer = request.peer;
  auto routed = router_.route(request);
  if (auto* nowhere = std::get_if<Response>(&routed)) {
    metrics_.answered("none", "none", nowhere->status, std::chrono::steady_clock::now() - began);
    co_return std::move(*nowhere);
  }
  const auto* route = std::get<const Router::Route*>(routed);
  auto response = co_await route->handler(std::move(request));
  const auto took = std::chrono::steady_clock::now() - began;
  metrics_.answered(method, route->pattern, response.status, took);
  const LogLevel level = response.status >= 500 ? LogLevel::warning : LogLevel::debug;
  if (doors_.log.writes(level)) {
    doors_.log.write(level, "answered",
                     {{"peer", peer},
                      {"method", method},
                      {"path", path},
                      {"status", response.status},
                      {"ms", std::chrono::duration<double, std::milli>(took).count()}});
  }
  co_return response;
}

Task<void> WebNode::stop() {
  live_.end_subscriptions();
  co_await server_->stop();
  co_await tasks_.join();
  co_await live_.close();
}

}  // namespace posse
