/// Opening, trading, dying.
// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "sim/digest.h"

namespace posse::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t funds = 500;
constexpr std::uint64_t limited_capacity = 20;

Name named(const std::string& text) {
  return *Name::from(text);
}

/// The first at a fixed price, the second falls and doubles, the third has few slots that follow
/// each other, and is open when a clock is not too far off.
Campaign campaign_of(std::uint32_t number) {
  Campaign campaign;
  campaign.title = "Campaign";
  campaign.owner = named("seller");
  campaign.pricing = fixed_pricing(Cents{7});
  if (number == 2) campaign.pricing = doubling_pricing(Cents{5}, 1s);
  if (number == 3) {
    campaign.capacity = limited_capacity;
    campaign.slot_length = 1min;
    campaign.opens_at = start_of_wall_time - 30min;
    campaign.closes_at = start_of_wall_time + 61min;
  }
  return campaign;
}

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

/// Moments after which nobody can still wait for anything.
constexpr Moment world_length_max = std::chrono::hours{4};

}  // namespace

World::World(const Swarm& swarm, const Selection& selection)
    : swarm_(swarm), selection_(selection), fates_(swarm, selection), nodes_(swarm.nodes) {
  terms_.funds = funds;
  for (std::uint32_t number = 1; number <= swarm.campaigns; ++number) {
    terms_.capacities[campaign_name(number)] = number == 3 ? limited_capacity : 0;
  }
  for (const Mishap unsure : {Mishap::stale, Mishap::garbled}) {
    if (swarm.in_100000.at(static_cast<std::size_t>(unsure)) > 0) terms_.refusals_are_true = false;
  }
}

/// Coroutines end before what they use does.
World::~World() {
  for (Node* node : nodes_) {
    if (node != nullptr) node->crash();
  }
  io_.restart();
  io_.poll();
}

Course World::run() {
  open_shop();
  trade();
  calm_down();
  come_to_rest();
  return course();
}

void World::open_shop() {
  for (std::uint32_t node = 1; node <= swarm_.nodes; ++node) start(node);
  auto ready = std::make_shared<bool>(false);
  nodes_.front()->run(settle_in(nodes_.front(), ready));
  run_until([&] { return *ready; });
}

Task<void> World::settle_in(Node* node, std::shared_ptr<bool> ready) {
  Shop& shop = node->shop();
  const auto seller = co_await shop.accounts().create(named("seller"), "");
  fail_if(!seller, "no seller");
  for (std::uint32_t number = 1; number <= swarm_.campaigns; ++number) {
    Campaign campaign = campaign_of(number);
    const auto made =
        co_await shop.campaigns().create(named(campaign_name(number)), std::move(campaign));
    fail_if(!made || !std::holds_alternative<CampaignView>(*made), "no campaign");
  }
  for (std::uint32_t number = 1; number <= swarm_.buyers; ++number) {
    const auto buyer = co_await shop.accounts().create(named(buyer_name(number)), "");
    fail_if(!buyer || !std::holds_alternative<AccountView>(*buyer), "no buyer");
    Payment payment{.account = named(buyer_name(number)),
                    .amount = Cents{funds},
                    .reference = "at-the-beginning"};
    const auto paid = co_await shop.payments().deposit(std::move(payment));
    fail_if(!paid, "no funds");
  }
  *ready = true;
}

void World::trade() {
  fates_.switch_on(true);
  trading_ = true;
  std::uint32_t number = 0;
  for (const Event& event : swarm_.events) let_happen(event, ++number);
  busy_ = swarm_.buyers;
  for (std::uint32_t buyer = 1; buyer <= swarm_.buyers; ++buyer) {
    clients_.push_back(std::make_unique<Client>(
        Client::Parts{.timeline = timeline_,
                      .fates = fates_,
                      .swarm = swarm_,
                      .selection = selection_,
                      .history = history_,
                      .node = [this](std::uint64_t chance) { return some_node(chance); }},
        buyer));
    const auto ended = [this](const std::exception_ptr& thrown) {
      rethrow(thrown);
      --busy_;
    };
    boost::asio::co_spawn(io_, clients_.back()->run(), ended);
  }
  run_until([&] { return busy_ == 0; });
  trading_ = false;
  fates_.switch_on(false);
}

/// Until `done`, or something is wrong.
void World::run_until(const Done& done) {
  const Moment until = timeline_.now() + world_length_max;
  while (!wrong_) {
    io_.restart();
    io_.poll();
    if (store_.ledger().wrong()) wrong_ = store_.ledger().wrong();
    if (done() || wrong_) break;
    fail_if(!timeline_.step() || timeline_.now() > until, "somebody waits for ever");
  }
}

void World::run_for(Moment length) {
  const Moment until = timeline_.now() + length;
  timeline_.in(length, [] {});
  run_until([&] { return timeline_.now() >= until; });
}

void World::start(std::uint32_t node) {
  std::uint32_t life = 1;
  for (const auto& one : lives_) life += one->number() == node ? 1U : 0U;
  const Node::Parts parts{.io = io_,
                          .timeline = timeline_,
                          .store = store_,
                          .fates = fates_,
                          .coverage = coverage_,
                          .swarm = swarm_,
                          .died = [this](std::uint32_t number) { died(number); },
                          .happen = [this](const Event& event) { happen(event); }};
  lives_.push_back(std::make_unique<Node>(parts, node, life));
  nodes_.at(node - 1) = lives_.back().get();
}

void World::died(std::uint32_t node) {
  const Node* gone = nodes_.at(node - 1);
  nodes_.at(node - 1) = nullptr;
  if (gone == nullptr || !trading_) return;
  ++crashes_;
  const DecisionId id{.node = node, .life = 0, .call = static_cast<std::uint32_t>(lives_.size())};
  SeededRandom random = fates_.chance(id, 4);
  const Moment reboot{random.bits() % static_cast<std::uint64_t>(swarm_.reboot.count())};
  timeline_.in(reboot, [this, node] {
    if (trading_ && nodes_.at(node - 1) == nullptr) start(node);
  });
}

Node* World::some_node(std::uint64_t chance) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node* node = nodes_.at((chance + i) % nodes_.size());
    if (node != nullptr) return node;
  }
  return nullptr;
}

void World::let_happen(const Event& event, std::uint32_t number) {
  const DecisionId id{.node = 0, .life = 0, .call = number};
  if (!selection_.has_mishap(id)) return;
  timeline_.in(event.at, [this, event, id] {
    if (!trading_) return;
    fates_.note(id);
    happen(event);
  });
}

void World::happen(const Event& event) {
  Node* node = nodes_.at(event.node - 1);
  if (event.kind == Event::Kind::full) {
    for (Node* one : nodes_) {
      if (one != nullptr) one->connection().note_under_way(Mishap::full);
    }
    store_.set_full(true);
    timeline_.in(event.length, [this] { store_.set_full(false); });
  } else if (event.kind == Event::Kind::restart) {
    store_.restart();
    for (Node* one : nodes_) {
      if (one == nullptr) continue;
      one->connection().note_under_way(Mishap::restart);
      one->connection().lose_calls();
    }
  } else if (event.kind == Event::Kind::outage) {
    for (Node* one : std::vector<Node*>(nodes_)) {
      if (one != nullptr) one->crash();
    }
  } else if (node != nullptr && event.kind == Event::Kind::pause) {
    node->pause(event.length);
  } else if (node != nullptr && event.kind == Event::Kind::clock) {
    node->clock().jump(event.jump);
  } else if (node != nullptr) {
    cut(event);
  }
}

void World::cut(const Event& event) {
  Connection& connection = nodes_.at(event.node - 1)->connection();
  const bool requests = event.kind == Event::Kind::cut_requests;
  requests ? connection.cut_requests(true) : connection.cut_answers(true);
  timeline_.in(event.length, [&connection, requests] {
    requests ? connection.cut_requests(false) : connection.cut_answers(false);
  });
}

void World::fail_if(bool broken, const std::string& sentence) {
  if (broken && !wrong_) wrong_ = sentence;
}

Course World::course() {
  Course course;
  course.wrong = wrong_;
  course.sales = store_.ledger().sales();
  course.fences = store_.ledger().fences();
  course.orders = history_.size();
  course.crashes = crashes_;
  course.length = timeline_.now();
  course.longest_unsettled = store_.ledger().longest_unsettled();
  course.digest = store_.digest();
  for (const auto& [request, reply, from, until] : history_) {
    ++course.told[reply.word];
    course.digest = mixed(mixed(course.digest, reply.word), reply.slot);
    course.digest = mixed(course.digest, static_cast<std::uint64_t>(until.count()));
  }
  course.coverage = coverage_;
  for (const auto& one : lives_) {
    course.calls += one->connection().calls();
    course.mishaps += one->connection().mishaps_met();
  }
  course.mishaps += swarm_.events.size();
  course.happened = fates_.happened();
  for (std::uint32_t buyer = 1; buyer <= swarm_.buyers; ++buyer) {
    for (std::uint32_t order = 1; order <= swarm_.orders; ++order) {
      const DecisionId id{.node = buyer, .life = 0, .call = order};
      if (selection_.has_order(id)) course.ordered.insert(id);
    }
  }
  return course;
}

}  // namespace posse::sim
