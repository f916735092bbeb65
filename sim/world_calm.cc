/// What the nodes that are left must do by themselves when nothing goes wrong any more.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/digest.h"
#include "sim/world.h"

namespace posse::sim {
namespace {

using namespace std::chrono_literals;

/// Whatever was late has arrived by then.
constexpr Moment late_max = 3s;

/// Whoever asks a node that is awake has an answer by then, however slow its clock.
constexpr Moment answered_within = 60s;

/// Whoever settled a purchase has published it by then, by its own clock: sooner than a patrol.
constexpr Moment published_within = 600ms;

/// Patrols have finished everything within so long, by their own clocks. It takes seconds, but
/// where every settlement has spilled into pages by then.
constexpr Moment round_trip = 10min;

/// What a purchase may be told by a node that works.
constexpr std::array<std::string_view, 5> answers{"committed", "sold_out", "not_open", "closed",
                                                  "price_moved"};

bool is_answer(const Reply& reply) {
  return std::find(answers.begin(), answers.end(), reply.word) != answers.end();
}

}  // namespace

void World::calm_down() {
  if (wrong_) return;
  store_.set_full(false);
  for (Node* node : nodes_) {
    if (node != nullptr) node->connection().mend();
  }
  run_for(late_max);
  wait_for_answers();
  ask_each_node();
  if (swarm_.seed % 4 == 1 && swarm_.campaigns > 1) race_for_a_price();
  if (swarm_.seed % 2 == 0 && some_node(0) != nullptr) publish_everything();
}

/// However much a node went through, it goes on answering.
void World::wait_for_answers() {
  const auto owes = [](const Node* node) {
    return node != nullptr && node->is_awake() && node->owes_answers();
  };
  const Moment until = timeline_.now() + answered_within;
  run_until(
      [&] { return timeline_.now() > until || std::none_of(nodes_.begin(), nodes_.end(), owes); });
  for (const Node* node : nodes_) {
    fail_if(owes(node), "node " + std::to_string(node == nullptr ? 0 : node->number()) +
                            " never answers a request");
  }
}

/// Nor is any campaign stuck in it.
void World::ask_each_node() {
  SeededRandom random(mixed(swarm_.seed, 5));
  for (Node* node : std::vector<Node*>(nodes_)) {
    if (wrong_ || node == nullptr || !node->is_awake()) continue;
    Request request;
    request.kind = Request::Kind::deposit;
    request.account = buyer_name((node->number() - 1) % swarm_.buyers + 1);
    request.amount = 100'000;
    request.reference = make_key(timeline_, random);
    Reply reply = ask_and_keep(*node, request);
    fail_if(!reply.is_committed(), "a deposit when all is well is answered " + reply.word);
    request.kind = Request::Kind::buy;
    request.amount = 1000;
    for (std::uint32_t campaign = 1; campaign <= swarm_.campaigns && !wrong_; ++campaign) {
      request.campaign = campaign_name(campaign);
      const bool was_published = store_.ledger().is_published(request.campaign);
      request.reference = make_key(timeline_, random);
      reply = ask_and_keep(*node, request);
      fail_if(!is_answer(reply), "a purchase when all is well is answered " + reply.word);
      if (!was_published || !reply.is_committed()) continue;
      run_for(published_within * 4 / swarm_.clock_rates.at(node->number() - 1));
      fail_if(!store_.ledger().is_published(request.campaign, Slot{reply.slot}),
              "a purchase when all is well is not published by whoever made it");
    }
  }
}

/// Of those who want what only the first gets at that price, the others hold nothing afterwards.
void World::race_for_a_price() {
  constexpr Moment price_falls = 4s;
  run_for(price_falls);
  SeededRandom random(mixed(swarm_.seed, 6));
  const std::size_t first = history_.size();
  auto open = std::make_shared<std::size_t>(0);
  for (Node* node : std::vector<Node*>(nodes_)) {
    if (node == nullptr || !node->is_awake()) continue;
    for (int twice = 0; twice < 2; ++twice) {
      Request request{.account = buyer_name((node->number() - 1) % swarm_.buyers + 1),
                      .campaign = campaign_name(2),
                      .amount = 5,
                      .reference = make_key(timeline_, random),
                      .content = {}};
      ++*open;
      const std::size_t place = history_.size();
      history_.push_back({request, {.word = "lost"}, timeline_.now(), {}});
      node->ask(request, [this, open, place](Reply reply) {
        --*open;
        history_.at(place).reply = std::move(reply);
        history_.at(place).until = timeline_.now();
      });
    }
  }
  run_until([&] { return *open == 0; });
  for (std::size_t place = first; place < history_.size(); ++place) {
    const auto& [request, reply, from, until] = history_.at(place);
    fail_if(
        reply.is_refusal() && store_.ledger().holds("account/" + request.account, key_of(request)),
        request.account + " still holds money for what was refused");
  }
}

void World::publish_everything() {
  if (wrong_) return;
  const std::uint32_t slowest =
      *std::min_element(swarm_.clock_rates.begin(), swarm_.clock_rates.end());
  const Moment until = timeline_.now() + round_trip * 4 / slowest;
  run_until([&] { return store_.ledger().is_published() || timeline_.now() > until; });
  fail_if(!store_.ledger().is_published(), "the patrol leaves entries unpublished (I9)");
}

/// Of a node that is awake.
Reply World::ask(Node& node, const Request& request) {
  auto heard = std::make_shared<std::optional<Reply>>();
  node.ask(request, [heard](Reply reply) { *heard = std::move(reply); });
  const Moment until = timeline_.now() + answered_within;
  run_until([&] { return heard->has_value() || timeline_.now() > until; });
  fail_if(!heard->has_value(), "a request when all is well is never answered");
  return heard->value_or(Reply{.word = "lost"});
}

Reply World::ask_and_keep(Node& node, const Request& request) {
  const Moment from = timeline_.now();
  const Reply reply = ask(node, request);
  history_.push_back({request, reply, from, timeline_.now()});
  return reply;
}

}  // namespace posse::sim
