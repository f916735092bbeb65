/// Buying at nodes, as a customer's program does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/latencies.h"
#include "cli/till.h"
#include "client/node_client.h"

namespace posse {

/// Whether `object` is a sale, and the one that `purchase` asked for.
bool is_sale_of(const boost::json::object& object, const Purchase& purchase);

/// Each buyer has a connection of its own, the first of them to the first node, the next to the
/// next one; and each goes on to another node, with the same key, when one is dead or silent.
class NodeTill final : public Till {
 public:
  struct Plan {
    std::vector<NodeAddress> nodes;
    std::map<Name, std::string> tokens;  ///< Of everybody for whom is bought.
    std::size_t buyers = 1;
    ClientWaits waits;
  };

  NodeTill(boost::asio::any_io_executor executor, Clock& clock, Plan plan);

  /// Undecided if no node has known the answer for as long as the buyer waits, if what answered is
  /// no node, or one refused after another had not answered: that one may still sell.
  /// Errors: `unavailable` if none could be reached, or a node's store could not be used;
  /// `unreadable` if a node says that it sold something else: what it did is for the audit to say.
  Task<Result<Answer<Sale>>> buy(std::size_t buyer, Purchase purchase) override;

  /// How long those waited whom the first node that they asked has answered.
  const Latencies& undisturbed() const { return undisturbed_; }

 private:
  std::map<Name, std::string> tokens_;
  std::vector<std::unique_ptr<NodeClient>> clients_;
  Latencies undisturbed_;
};

}  // namespace posse
