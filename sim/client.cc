/// Using the shop.
// SPDX-License-Identifier: Apache-2.0
#include "sim/client.h"

#include <utility>

#include "core/event.h"

namespace posse::sim {
namespace {

using namespace std::chrono_literals;

constexpr Moment patience_of_people = 8s;
constexpr int tries_max = 6;

bool one_in(std::uint64_t many, SeededRandom& random) {
  return random.bits() % many == 0;
}

bool may_come_back(const Reply& reply) {
  return reply.is_open() || reply.word == "busy" || reply.word == "too_many_holds";
}

}  // namespace

std::string buyer_name(std::uint32_t number) {
  return "buyer-" + std::to_string(number);
}

std::string campaign_name(std::uint32_t number) {
  return "campaign-" + std::to_string(number);
}

std::string make_key(const Timeline& timeline, SeededRandom& random) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(timeline.now());
  return Uuid::make(start_of_wall_time + now, random).text();
}

Task<Reply> ask_and_wait(Timeline* timeline, Node* node, Request request) {
  struct Waiting {
    posse::Event over;
    std::optional<Reply> reply;
  };
  auto waiting = std::make_shared<Waiting>();
  const auto hear = [waiting](Reply reply) {
    if (waiting->reply) return;
    waiting->reply = std::move(reply);
    waiting->over.set();
  };
  timeline->in(patience_of_people, [hear] { hear({.word = "lost"}); });
  node->ask(std::move(request), hear);
  co_await waiting->over.wait();
  co_return *waiting->reply;
}

Task<void> Client::run() {
  for (std::uint32_t number = 1; number <= parts_.swarm.orders; ++number) {
    const DecisionId id{.node = number_, .life = 0, .call = number};
    if (parts_.selection.has_order(id)) co_await order(id);
  }
}

Task<void> Client::order(DecisionId id) {
  SeededRandom random = parts_.fates.chance(id, 3);
  const Moment thought{random.bits() % static_cast<std::uint64_t>(parts_.swarm.think.count())};
  co_await sleep(thought);
  Request request = draw(random);
  const Reply reply = co_await insist(request, &random);
  if (!request.moves_money() || !reply.is_committed()) co_return;
  if (one_in(10, random)) (void)co_await ask(request, random.bits());
  if (request.kind == Request::Kind::deposit && one_in(10, random)) {
    // The same reference for the other way: two requests.
    Request back = request;
    back.kind = Request::Kind::withdraw;
    (void)co_await ask(std::move(back), random.bits());
  }
  if (!one_in(20, random)) co_return;
  Request other = reuse(std::move(request), random);
  (void)co_await ask(std::move(other), random.bits());
}

/// The key of `request` for something else.
Request Client::reuse(Request request, SeededRandom& random) const {
  request.reuses_key = true;
  const std::uint64_t choice = random.bits() % 3;
  if (!request.is_buy() || choice == 0) {
    ++request.amount;
  } else if (choice == 1 && parts_.swarm.campaigns > 1) {
    request.campaign = campaign_name(request.campaign == campaign_name(1) ? 2 : 1);
  } else {
    request.content = "something else";
  }
  return request;
}

/// Until the answer is one that stays.
Task<Reply> Client::insist(Request request, SeededRandom* random) {
  if (request.moves_money() && one_in(12, *random)) {
    Node* other = parts_.node(random->bits());
    if (other != nullptr) {
      const Moment now = parts_.timeline.now();
      const std::size_t place = parts_.history.size();
      parts_.history.push_back({request, {.word = "lost"}, now, now});
      other->ask(request, [parts = &parts_, place](Reply reply) {
        parts->history.at(place).reply = std::move(reply);
        parts->history.at(place).until = parts->timeline.now();
      });
    }
  }
  Reply reply;
  for (int tries = 0; tries < tries_max; ++tries) {
    reply = co_await ask(request, random->bits());
    if (!may_come_back(reply) || one_in(8, *random)) break;
    const Moment pause{random->bits() % 300'000};
    co_await sleep(pause);
  }
  co_return reply;
}

Task<Reply> Client::ask(Request request, std::uint64_t chance) {
  Node* node = parts_.node(chance);
  Reply lost{.word = "lost"};
  if (node == nullptr) co_return lost;
  const Moment from = parts_.timeline.now();
  const std::size_t place = parts_.history.size();
  parts_.history.push_back({request, {.word = "lost"}, from, from});
  Reply reply = co_await ask_and_wait(&parts_.timeline, node, std::move(request));
  parts_.history.at(place).reply = reply;
  parts_.history.at(place).until = parts_.timeline.now();
  co_return reply;
}

Task<void> Client::sleep(Moment pause) {
  auto over = std::make_shared<posse::Event>();
  parts_.timeline.in(pause, [over] { over->set(); });
  co_await over->wait();
}

Request Client::draw(SeededRandom& random) const {
  const std::uint64_t point = random.bits() % 100;
  if (point < 80) return draw_purchase(random);
  Request request;
  const bool own = !one_in(6, random);
  const auto other = static_cast<std::uint32_t>(random.bits() % parts_.swarm.buyers) + 1;
  request.account = buyer_name(own ? number_ : other);
  request.reference = make_key(parts_.timeline, random);
  request.amount = 1 + static_cast<std::int64_t>(random.bits() % 60);
  request.campaign = campaign_name(1);
  request.kind = Request::Kind::deposit;
  if (point < 86) return request;
  request.kind = Request::Kind::withdraw;
  if (point < 89) return request;
  request.kind = Request::Kind::login;
  if (point < 93) return request;
  if (point < 96) {
    request.kind = Request::Kind::harvest;
    request.account = "seller";
    return request;
  }
  request.kind = point < 99 ? Request::Kind::show : Request::Kind::list;
  return request;
}

Request Client::draw_purchase(SeededRandom& random) const {
  Request request;
  const bool own = !one_in(6, random);
  const auto other = static_cast<std::uint32_t>(random.bits() % parts_.swarm.buyers) + 1;
  request.account = buyer_name(own ? number_ : other);
  const auto campaign = static_cast<std::uint32_t>(random.bits() % parts_.swarm.campaigns) + 1;
  request.campaign = campaign_name(one_in(3, random) ? campaign : 1);
  request.amount = 7;
  if (one_in(6, random)) request.amount = static_cast<std::int64_t>(random.bits() % 60);
  request.reference = make_key(parts_.timeline, random);
  return request;
}

}  // namespace posse::sim
