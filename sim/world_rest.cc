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
  run_for(3s);
  publish_everything();
  for (std::uint32_t buyer = 1; buyer <= swarm_.buyers; ++buyer) {
    (void)ask(survivor(), login_of(buyer));
  }
  run_for(500ms);
  repair_again();
  repeat_everything();
  run_for(2s);
  harvest_everything();
  audit();
  judge_refusals();
  for (const auto& life : lives_) {
    fail_if(!life->is_alive() && !life->is_gone(), "what a dead node was doing never ends");
  }
  if (!wrong_) wrong_ = judge_history(history_, terms_);
}

Node& World::survivor() {
  return *some_node(0);
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
  std::map<RequestName, Reply> told;
  for (const Asked& asked : history_) {
    if (asked.reply.is_committed()) told.emplace(name_of(asked.request), asked.reply);
  }
  std::set<RequestName> seen;
  for (const Asked& asked : std::vector<Asked>(history_)) {
    if (wrong_) return;
    const Request& request = asked.request;
    if (!request.moves_money() || request.reuses_key) continue;
    if (!asked.reply.is_open() && asked.from.count() % one_repeated_in != 0) continue;
    if (!seen.insert(name_of(request)).second) continue;
    const Reply reply = ask_and_keep(survivor(), request);
    const auto before = told.find(name_of(request));
    if (wrong_) return;
    if (before != told.end()) {
      judge_repeated(request, before->second, reply);
    } else if (reply.is_committed()) {
      judge_repeated(request, reply, ask(survivor(), request));
    }
  }
}

void World::judge_repeated(const Request& request, const Reply& before, const Reply& reply) {
  const bool same = reply.is_committed() && reply.slot == before.slot &&
                    reply.amount == before.amount && reply.repeated;
  fail_if(!same, request.reference + " gets two answers (I10)");
}

/// The seller gets what is sold, once, and is told how much that was.
void World::harvest_everything() {
  if (wrong_) return;
  Request request;
  request.kind = Request::Kind::harvest;
  request.account = "seller";
  const Ledger& ledger = store_.ledger();
  const std::int64_t before = ledger.balance("account/seller");
  const Reply reply = ask(survivor(), request);
  if (wrong_) return;
  fail_if(!reply.is_committed(), "a harvest at rest is answered " + reply.word);
  fail_if(!ledger.is_paid("account/seller"), "a harvest leaves entries unpaid (I8)");
  fail_if(ledger.balance("account/seller") != before + reply.amount,
          "a harvest tells another sum than it pays (I8)");
  const std::uint64_t writes = store_.lasting_writes();
  (void)ask(survivor(), request);
  fail_if(store_.lasting_writes() != writes, "a second harvest finds something to pay (I8)");
}

/// Whoever was told that it is committed, or that the key was used, has an entry; whoever was
/// refused had none by then, and whoever was always refused has none (H3).
void World::judge_refusals() {
  std::map<RequestName, std::vector<const Asked*>> all;
  for (const Asked& asked : history_) {
    if (asked.request.moves_money()) all[name_of(asked.request)].push_back(&asked);
  }
  for (const auto& [name, asked] : all) {
    if (wrong_) return;
    const std::string& reference = asked.front()->request.reference;
    const auto claimed = store_.ledger().claimed(key_of(asked.front()->request));
    const auto is_told = [](const Asked* one) {
      return one->reply.is_committed() || one->reply.is_reuse();
    };
    const auto is_no = [&](const Asked* one) { return one->reply.is_refusal() && !is_told(one); };
    if (!claimed) {
      fail_if(std::any_of(asked.begin(), asked.end(), is_told),
              reference + " was told as committed, and is in no entry (H3)");
      continue;
    }
    fail_if(std::all_of(asked.begin(), asked.end(), is_no),
            reference + " was refused each time, and is in an entry (H3)");
    const auto is_false = [&](const Asked* one) {
      const bool alone = std::none_of(asked.begin(), asked.end(), [&](const Asked* other) {
        return other != one && other->from <= one->until;
      });
      return is_no(one) && *claimed <= (alone ? one->until : one->from);
    };
    fail_if(terms_.refusals_are_true && std::any_of(asked.begin(), asked.end(), is_false),
            reference + " was refused when it was in an entry (H3)");
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
