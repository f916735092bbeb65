/// A person who uses the shop, and does what people do when there is no answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "sim/fates.h"
#include "sim/node.h"
#include "sim/request.h"

namespace posse::sim {

/// One order after the other. Without an answer it asks again with the same key, often on another
/// node; now and then it asks two nodes at once, repeats what it has, or reuses a key.
class Client {
 public:
  struct Parts {
    Timeline& timeline;
    Fates& fates;
    const Swarm& swarm;
    const Selection& selection;
    std::vector<Asked>& history;
    std::function<Node*(std::uint64_t)> node;  ///< One that is alive, by chance; null if none is.
  };

  Client(Parts parts, std::uint32_t number) : parts_(std::move(parts)), number_(number) {}

  Task<void> run();

 private:
  Task<void> order(DecisionId id);
  Request reuse(Request request, SeededRandom& random) const;
  Task<Reply> insist(Request request, SeededRandom* random);
  Task<Reply> ask(Request request, std::uint64_t chance);
  Task<void> sleep(Moment pause);
  Request draw(SeededRandom& random) const;
  Request draw_purchase(SeededRandom& random) const;

  Parts parts_;
  std::uint32_t number_;
};

/// The name of a buyer's account, from 1; there is one seller, `seller`.
std::string buyer_name(std::uint32_t number);
std::string campaign_name(std::uint32_t number);

/// Asks `node` and waits for the reply, or that it is lost, which it is after a while.
Task<Reply> ask_and_wait(Timeline* timeline, Node* node, Request request);

/// A version 7 UUID for a key made at `now`.
std::string make_key(const Timeline& timeline, SeededRandom& random);

}  // namespace posse::sim
