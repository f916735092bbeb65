/// A node of a simulated world, from its start to its death.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/task_group.h"
#include "patrol/patrol.h"
#include "patrol/watch_list.h"
#include "shop/audit.h"
#include "shop/shop.h"
#include "sim/connection.h"
#include "sim/node_clock.h"
#include "sim/request.h"

namespace posse::sim {

/// A shop and a member of the posse, wired as the program does it. Never destroyed before its
/// world ends: what it sent may still be on its way.
class Node {
 public:
  struct Parts {
    boost::asio::io_context& io;
    Timeline& timeline;
    SharedStore& store;
    Fates& fates;
    Coverage& coverage;
    const Swarm& swarm;
    std::function<void(std::uint32_t)> died;   ///< Is told the number of the node.
    std::function<void(const Event&)> happen;  ///< To a node, or the store.
  };
  using Answered = std::function<void(Reply)>;

  /// `number` from 1, `life` from 1.
  Node(Parts parts, std::uint32_t number, std::uint32_t life);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() = default;

  /// `answered` hears the reply, or that the connection is lost.
  void ask(Request request, Answered answered);

  /// Runs `task` on the node; nothing of it is heard of when the node dies.
  void run(Task<void> task) { requests_.spawn(std::move(task)); }

  /// The node stands still.
  void pause(Moment length);

  /// The node dies: nothing that it does is seen from now on.
  void crash();

  /// From its death on, until all it was doing has come to an end.
  bool is_gone() const { return is_gone_; }
  bool is_alive() const { return is_alive_; }
  bool is_awake() const { return is_alive_ && still_until_ <= parts_.timeline.now(); }

  /// Whether somebody waits for its answer.
  bool owes_answers() const { return !asked_.empty(); }

  std::uint32_t number() const { return id_.node; }

  Connection& connection() { return connection_; }
  NodeClock& clock() { return clock_; }
  Shop& shop() { return shop_; }
  Patrol& patrol() { return patrol_; }

  /// Alarms that it has raised.
  std::size_t alarms();

 private:
  Task<void> serve(Request request, std::uint64_t number);
  Task<void> end();
  void strike(Mishap mishap, Moment length);
  void later(Moment pause, std::function<void()> what);
  void arrive(const std::function<void()>& what);

  Parts parts_;
  DecisionId id_;
  SeededRandom random_;
  NodeClock clock_;
  Connection connection_;
  WatchList watch_list_;
  Shop shop_;
  Membership membership_;
  std::unique_ptr<Schedule> schedule_;
  Patrol patrol_;
  TaskGroup requests_;
  std::map<std::uint64_t, Answered> asked_;
  std::uint64_t numbers_ = 0;
  Moment still_until_{};
  bool is_alive_ = true;
  bool is_gone_ = false;
};

}  // namespace posse::sim
