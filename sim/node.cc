/// Living and dying.
// SPDX-License-Identifier: Apache-2.0
#include "sim/node.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "sim/digest.h"

namespace posse::sim {
namespace {

std::uint64_t seed_of(const Swarm& swarm, const DecisionId& id) {
  return mixed(mixed(swarm.seed, id.node), id.life);
}

std::unique_ptr<Schedule> schedule_of(const Swarm& swarm, Random& random) {
  if (swarm.rotates) return std::make_unique<Rotation>();
  return std::make_unique<Lottery>(random, swarm.draws);
}

std::string node_name(const DecisionId& id) {
  return "node-" + std::to_string(id.node) + "-" + std::to_string(id.life);
}

}  // namespace

Node::Node(Parts parts, std::uint32_t number, std::uint32_t life)
    : parts_(std::move(parts)),
      id_{.node = number, .life = life},
      random_(seed_of(parts_.swarm, id_)),
      clock_(
          parts_.timeline, [this](Moment pause, auto what) { later(pause, std::move(what)); },
          parts_.swarm.clock_rates.at(number - 1)),
      connection_({.timeline = parts_.timeline,
                   .store = parts_.store,
                   .fates = parts_.fates,
                   .coverage = parts_.coverage,
                   .deadline = parts_.swarm.deadline,
                   .later = [this](Moment pause, auto what) { later(pause, std::move(what)); },
                   .crash = [this] { crash(); },
                   .strike = [this](Mishap mishap, Moment length) { strike(mishap, length); }},
                  id_),
      watch_list_({connection_, clock_, random_}),
      shop_({connection_, connection_, clock_, random_, parts_.io.get_executor()}, watch_list_),
      membership_({connection_, clock_, random_}, node_name(id_)),
      schedule_(schedule_of(parts_.swarm, random_)),
      patrol_({.sequences = shop_.journal().sequences(),
               .finisher = shop_.journal().finisher(),
               .watch_list = watch_list_,
               .membership = membership_,
               .schedule = *schedule_,
               .clock = clock_,
               .executor = parts_.io.get_executor()}),
      requests_(parts_.io.get_executor()) {
  clock_.jump(parts_.swarm.clocks_off.at(number - 1));
  patrol_.start();
}

void Node::ask(Request request, Answered answered) {
  const std::uint64_t number = ++numbers_;
  asked_.emplace(number, std::move(answered));
  arrive([this, number, request = std::move(request)] { requests_.spawn(serve(request, number)); });
}

Task<void> Node::serve(Request request, std::uint64_t number) {
  Reply reply = co_await ask_shop(&shop_, std::move(request));
  if (auto answered = asked_.extract(number)) answered.mapped()(std::move(reply));
}

void Node::pause(Moment length) {
  connection_.note_under_way(Mishap::pause);
  still_until_ = std::max(still_until_, parts_.timeline.now() + length);
}

void Node::strike(Mishap mishap, Moment length) {
  Event event{.kind = Event::Kind::pause, .node = id_.node, .length = length};
  if (mishap == Mishap::cut) event.kind = Event::Kind::cut_requests;
  if (mishap == Mishap::restart) event.kind = Event::Kind::restart;
  if (mishap == Mishap::full) event.kind = Event::Kind::full;
  parts_.happen(event);
}

void Node::crash() {
  if (!is_alive_) return;
  is_alive_ = false;
  clock_.die();
  connection_.die();
  for (auto& [number, answered] : std::exchange(asked_, {})) answered({.word = "lost"});
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  };
  boost::asio::co_spawn(parts_.io, end(), ended);
  parts_.died(id_.node);
}

Task<void> Node::end() {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_await patrol_.stop();
  co_await requests_.join();
  co_await shop_.close();
  is_gone_ = true;
}

std::size_t Node::alarms() {
  return shop_.journal().counters().alarms.size() + patrol_.counters().rounds.alarms.size();
}

void Node::later(Moment pause, std::function<void()> what) {
  parts_.timeline.in(pause, [this, what = std::move(what)] { arrive(what); });
}

void Node::arrive(const std::function<void()>& what) {
  if (!is_alive_) return;
  const Moment still = still_until_ - parts_.timeline.now();
  if (still > Moment{}) {
    parts_.timeline.in(still, [this, what] { arrive(what); });
    return;
  }
  what();
}

}  // namespace posse::sim
