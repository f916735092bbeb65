/// A whole shop in one thread and virtual time: its nodes, its people, and what goes wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "sim/client.h"
#include "sim/fates.h"
#include "sim/history.h"
#include "sim/node.h"
#include "sim/shared_store.h"
#include "sim/swarm.h"

namespace posse::sim {

/// What came of a world.
struct Course {
  Wrong wrong;
  std::uint64_t sales = 0;
  std::uint64_t orders = 0;   ///< That people placed, each as often as they asked.
  std::uint64_t calls = 0;    ///< Of the store.
  std::uint64_t crashes = 0;  ///< Deaths of nodes while people used them.
  std::uint64_t mishaps = 0;
  std::uint64_t fences = 0;
  std::uint64_t digest = 0;  ///< Of everything, in its order.
  Moment length{};
  Moment longest_unsettled{};
  std::map<std::string, std::uint64_t> told;
  Coverage coverage;
  std::set<DecisionId> happened;  ///< The mishaps,
  std::set<DecisionId> ordered;   ///< and the orders, for shrinking.
};

/// One seed's world, once. First people use the shop while things go wrong; then nothing goes wrong
/// any more, one node is left, and all must come right.
class World {
 public:
  World(const Swarm& swarm, const Selection& selection);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  Course run();

 private:
  using Done = std::function<bool()>;

  void open_shop();
  void trade();
  void calm_down();
  void wait_for_answers();
  void ask_each_node();
  void race_for_a_price();
  void publish_everything();
  void come_to_rest();
  void harvest_everything();
  void judge_refusals();
  void judge_repeated(const Request& request, const Reply& before, const Reply& reply);
  void repeat_everything();
  void audit();
  void repair_again();

  void run_until(const Done& done);
  void run_for(Moment length);
  void start(std::uint32_t node);
  void died(std::uint32_t node);
  void let_happen(const Event& event, std::uint32_t number);
  void happen(const Event& event);
  void cut(const Event& event);
  void fail_if(bool broken, const std::string& sentence);
  Reply ask(Node& node, const Request& request);
  Reply ask_and_keep(Node& node, const Request& request);
  Node* some_node(std::uint64_t chance);
  Node& survivor();
  Task<void> settle_in(Node* node, std::shared_ptr<bool> ready);
  Course course();

  const Swarm& swarm_;
  const Selection& selection_;
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};  // one thread: no locks
  Timeline timeline_;
  SharedStore store_{timeline_};
  Fates fates_;
  Coverage coverage_;
  std::vector<Asked> history_;
  std::vector<std::unique_ptr<Node>> lives_;
  std::vector<Node*> nodes_;
  std::vector<std::unique_ptr<Client>> clients_;
  Terms terms_;
  Wrong wrong_;
  std::uint64_t crashes_ = 0;
  std::uint32_t busy_ = 0;  ///< People who are not done yet.
  bool trading_ = false;
};

}  // namespace posse::sim
