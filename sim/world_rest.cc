/// What a world must come to when nothing goes wrong any more.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "shop/audit.h"
#include "shop/audit_text.h"
#include "sim/world.h"

namespace posse::sim {
namespace {

using namespace std::chrono_literals;

/// Whatever was late has arrived by then.
constexpr Moment late_max = 3s;

/// A patrol of one has finished everything within so long, by its own clock. It takes seconds, but
/// where every settlement has spilled into pages by then.
constexpr Moment round_trip = 10min;

/// Of the requests that were answered.
constexpr std::int64_t one_repeated_in = 4;

Request login_of(std::uint32_t buyer) {
  Request request;
  request.kind = Request::Kind::login;
  request.account = buyer_name(buyer);
  return request;
}

Task<void> patrol_once(Node* node, std::shared_ptr<bool> over) {
  (void)co_await node->patrol().once();
  *over = true;
}

using Report = std::optional<Result<AuditReport>>;

Task<void> run_audit(Node* node, std::shared_ptr<Report> report) {
  Audit audit(node->shop().journal(), node->connection(), node->clock());
  report->emplace(co_await audit.run(nullptr));
}

}  // namespace

/// All nodes die, and one of them comes back.
void World::come_to_rest() {
  if (wrong_) return;
  for (Node* node : std::vector<Node*>(nodes_)) {
    if (node != nullptr) node->crash();
  }
  store_.set_full(false);
  start(static_cast<std::uint32_t>(swarm_.seed % swarm_.nodes) + 1);
  run_for(late_max);
  const Moment until =
      timeline_.now() + round_trip * 4 / swarm_.clock_rates.at(survivor().number() - 1);
  run_until([&] { return store_.ledger().is_published() || timeline_.now() > until; });
  fail_if(!store_.ledger().is_published(), "the patrol leaves entries unpublished (I9)");
  for (std::uint32_t buyer = 1; buyer <= swarm_.buyers; ++buyer) {
    (void)ask(survivor(), login_of(buyer));
  }
  run_for(500ms);
  repair_again();
  repeat_everything();
  run_for(2s);
  audit();
  if (!wrong_) wrong_ = judge_history(history_, terms_);
}

Node& World::survivor() {
  return *some_node(0);
}

Reply World::ask(Node& node, const Request& request) {
  auto heard = std::make_shared<std::optional<Reply>>();
  node.ask(request, [heard](Reply reply) { *heard = std::move(reply); });
  run_until([&] { return heard->has_value(); });
  return heard->value_or(Reply{.word = "lost"});
}

/// A second time there is nothing to do (I9).
void World::repair_again() {
  if (wrong_) return;
  const std::uint64_t before = store_.lasting_writes();
  auto over = std::make_shared<bool>(false);
  survivor().run(patrol_once(&survivor(), over));
  run_until([&] { return *over; });
  for (std::uint32_t buyer = 1; buyer <= swarm_.buyers; ++buyer) {
    (void)ask(survivor(), login_of(buyer));
  }
  fail_if(store_.lasting_writes() != before, "a second recovery finds work to do (I9)");
}

/// Each request gets one of its answers, and the same for ever (I10): those that nobody knows the
/// outcome of, and some of the others.
void World::repeat_everything() {
  std::set<std::string> seen;
  for (const Asked& asked : std::vector<Asked>(history_)) {
    if (wrong_) return;
    const Request& request = asked.request;
    if (!request.moves_money() || !request.content.empty()) continue;
    if (!asked.reply.is_open() && asked.from.count() % one_repeated_in != 0) continue;
    if (!seen.insert(request.account + " " + request.reference).second) continue;
    const Moment from = timeline_.now();
    const Reply reply = ask(survivor(), request);
    history_.push_back({request, reply, from, timeline_.now()});
    if (wrong_ || !reply.is_committed()) continue;
    const Reply again = ask(survivor(), request);
    const bool same = again.is_committed() && again.slot == reply.slot && again.repeated;
    fail_if(!wrong_ && !same, request.reference + " gets two answers (I10)");
  }
}

void World::audit() {
  if (wrong_) return;
  auto told = std::make_shared<Report>();
  survivor().run(run_audit(&survivor(), told));
  run_until([&] { return told->has_value(); });
  if (wrong_) return;
  const Result<AuditReport>& report = **told;
  if (!report) return fail_if(true, "the audit fails: " + report.error().detail);
  fail_if(!report->sound(), "the audit finds: " + to_text(*report));
  fail_if(!report->finished(), "the audit finds unfinished work (I9): " + to_text(*report));
  for (const auto& life : lives_) fail_if(life->alarms() > 0, "a node raised the alarm (S8)");
}

}  // namespace posse::sim
