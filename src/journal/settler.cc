/// Settling here or there.
// SPDX-License-Identifier: Apache-2.0
#include "journal/settler.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse {
namespace asio = boost::asio;

Task<Result<void>> Settler::settle(std::shared_ptr<const Entry> entry) {
  if (other_ == nullptr) co_return co_await finisher_.complete(std::move(entry));
  Participants::HandedOver participants;
  for (const auto& operation : entry->operations) {
    for (const auto& effect : operation.effects) participants_.hand_over(effect.key, participants);
  }
  auto settling = other_->settle_handed(std::move(entry), std::move(participants));
  co_return co_await asio::co_spawn(other_->executor_, std::move(settling), asio::use_awaitable);
}

/// On our executor; whoever waits is on another one.
Task<Result<void>> Settler::settle_handed(std::shared_ptr<const Entry> entry,
                                          Participants::HandedOver participants) {
  participants_.take_over(std::move(participants));
  co_return co_await finisher_.complete(std::move(entry));
}

}  // namespace posse
