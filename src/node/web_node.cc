/// Wiring a node.
// SPDX-License-Identifier: Apache-2.0
#include "node/web_node.h"

#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/answers.h"
#include "node/page.h"

namespace posse {
namespace asio = boost::asio;
namespace {

Task<Response> alive(ApiParts* /*parts*/, const Request* /*request*/) {
  co_return json_response(200, {{"status", "alive"}});
}

/// Says on which side of the others' a clock is, and by how much.
std::string side(std::chrono::milliseconds ahead) {
  return std::to_string(std::chrono::abs(ahead).count()) + " ms " +
         (ahead < 0ms ? "behind" : "ahead of");
}

/// On another thread, whose answer is then there for ours.
Task<void> keep(Task<Result<Answer<Sale>>> sale, std::optional<Result<Answer<Sale>>>* answer) {
  answer->emplace(co_await std::move(sale));
}

}  // namespace

WebNode::WebNode(Doors doors, std::unique_ptr<Server> server)
    : doors_(doors),
      server_(std::move(server)),
      tasks_(doors.executor),
      live_({.store = doors.store, .watch = doors.watch}, doors.clock, doors.executor,
            [this](std::chrono::milliseconds age) { metrics_.aged(age); }),
      sessions_(doors.store, live_, doors.clock, doors.random),
      visitors_(sessions_, doors.shop.accounts()),
      passwords_(doors.executor),
      clock_watch_(doors.membership, doors.clock),
      audit_desk_({.journal = doors.shop.journal(),
                   .scan = doors.scan,
                   .clock = doors.clock,
                   .log = doors.log,
                   .tasks = tasks_,
                   .node = doors.membership.node()}),
      parts_{.shop = doors.shop,
             .live = live_,
             .patrol = doors.patrol,
             .membership = doors.membership,
             .clock = doors.clock,
             .random = doors.random,
             .sessions = sessions_,
             .visitors = visitors_,
             .passwords = passwords_,
             .throttle = &throttle_,
             .tasks = tasks_,
             .metrics = metrics_,
             .log = doors.log,
             .seller = [this](Purchase purchase) { return sell(std::move(purchase)); },
             .self = [this] { return view_all(); },
             .audit = [this](AuditCall call) { return ask_for_audit(call); },
             .told = {}},
      sources_{.journal = doors.shop.journal().counters(),
               .live = live_,
               .patrol = doors.patrol,
               .membership = doors.membership,
               .clock_watch = clock_watch_,
               .server = *server_,
               .passwords = passwords_},
      nodes_{this} {
  router_.add("GET", "/healthz", for_all(parts_, alive));
  router_.add("GET", "/readyz", [this](Request) { return ready(); });
  router_.add("GET", "/metrics", [this](Request) { return measure_all(); });
  add_description_route(router_);
  add_people_routes(router_, parts_);
  add_money_routes(router_, parts_);
  add_campaign_routes(router_, parts_);
  add_purchase_routes(router_, parts_);
  add_slot_routes(router_, parts_);
  add_key_routes(router_, parts_);
  add_operator_routes(router_, parts_);
  add_page_routes(router_);
}

void WebNode::work_with(std::vector<WebNode*> nodes) {
  nodes_ = std::move(nodes);
  std::set<std::string> names;
  for (WebNode* node : nodes_) names.insert(node->doors_.membership.node());
  clock_watch_.leave_out(std::move(names));
  parts_.throttle = &nodes_.front()->throttle_;
}

void WebNode::start() {
  tasks_.spawn(watch_clock());
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

Task<std::shared_ptr<const Metrics::Measured>> WebNode::measure() {
  co_return metrics_.measure(sources_);
}

Task<Result<Answer<Sale>>> WebNode::sell(Purchase purchase) {
  const std::size_t falls_to = std::hash<std::string>()(purchase.campaign.text()) % nodes_.size();
  WebNode* node = nodes_[falls_to];
  auto sale = node->doors_.shop.purchases().buy(std::move(purchase));
  if (node == this) co_return co_await std::move(sale);
  std::optional<Result<Answer<Sale>>> answer;
  co_await asio::co_spawn(node->doors_.executor, keep(std::move(sale), &answer),
                          asio::use_awaitable);
  co_return *std::move(answer);
}

Task<Response> WebNode::measure_all() {
  std::vector<std::shared_ptr<const Metrics::Measured>> all;
  for (WebNode* node : nodes_) {
    // Its figures belong to its thread.
    auto measured =
        co_await asio::co_spawn(node->doors_.executor, node->measure(), asio::use_awaitable);
    all.push_back(std::move(measured));
  }
  Response response;
  response.fields.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = Metrics::text(all);
  co_return response;
}

Task<NodeView> WebNode::view() {
  NodeView view{.node = doors_.membership.node(),
                .oldest_unsettled = doors_.patrol.counters().oldest_now,
                .recovered = recoveries_.recovered(),
                .alarms = recoveries_.alarms(),
                .clock_ahead = clock_watch_.ahead()};
  view.add_alarms(doors_.shop.journal().counters().alarms);
  co_return view;
}

/// By the name of the first one, whichever is asked.
Task<NodeView> WebNode::view_all() {
  std::optional<NodeView> all;
  for (WebNode* node : nodes_) {
    auto view = co_await asio::co_spawn(node->doors_.executor, node->view(), asio::use_awaitable);
    if (all) all->add(view);
    if (!all) all = std::move(view);
  }
  co_return *std::move(all);
}

Task<Response> WebNode::at_desk(AuditCall call) {
  co_return audit_desk_.answer(call);
}

/// What one thread has started, another must be able to show.
Task<Response> WebNode::ask_for_audit(AuditCall call) {
  WebNode* first = nodes_.front();
  co_return co_await asio::co_spawn(first->doors_.executor, first->at_desk(call),
                                    asio::use_awaitable);
}

/// Ready to sell: the store answers a read, and the clock can be trusted.
Task<Response> WebNode::ready() {
  Key members("posse/members");
  const auto seen = co_await live_.get(std::move(members));
  if (!seen) co_return answer_of(seen.error());
  if (clock_watch_.is_off()) {
    const std::string most = std::to_string(clock_off_max.count());
    const Refusal off{.code = "clock_off",
                      .detail = "this node's clock is " + side(clock_watch_.ahead_last()) +
                                " the median of its posse, and more than " + most +
                                " ms are too many: it sells nothing that depends on the time",
                      .more = {}};
    co_return answer_of(off);
  }
  co_return json_response(200, {{"status", "ready"}});
}

void WebNode::tell_of_clock(bool is_off) {
  const bool is_known = clock_watch_.ahead().has_value();
  const std::string_view what = is_off     ? "clock off"
                                : is_known ? "clock right again"
                                           : "clock not compared";
  doors_.log.write(is_off ? LogLevel::error : LogLevel::info, what,
                   {{"ahead_ms", clock_watch_.ahead_last().count()}});
}

Task<void> WebNode::watch_clock() {
  bool was_off = false;
  while (!stopping_) {
    co_await clock_watch_.look();
    const bool is_off = clock_watch_.is_off();
    doors_.shop.trust_clock(!is_off);
    if (is_off != was_off) tell_of_clock(is_off);
    was_off = is_off;
    co_await doors_.clock.sleep(look_every);
  }
}

void WebNode::hear(const Summary& pass) {
  recoveries_.hear(pass, doors_.clock.now());
}

Task<void> WebNode::stop() {
  stopping_ = true;
  audit_desk_.close();
  live_.end_subscriptions();
  passwords_.close();
  co_await server_->stop();
  co_await tasks_.join();
  co_await live_.close();
}

}  // namespace posse
