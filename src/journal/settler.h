/// Who settles the entries that this node claims: itself, or another member of its process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "journal/finisher.h"
#include "journal/participants.h"
#include "posse/task.h"

namespace posse {

/// Settling is half of the work of an operation, and nobody who has bought waits for it: another
/// thread may do it while this one sells. To the store the two are two members, which may do
/// anything at any time.
class Settler {
 public:
  Settler(Finisher& finisher, Participants& participants, boost::asio::any_io_executor executor)
      : finisher_(finisher), participants_(participants), executor_(std::move(executor)) {}

  /// From now on `other`, which lives on an executor of its own and stays as long as settle() is
  /// under way here, does it; with what this node remembers of the participants.
  void hand_to(Settler& other) { other_ = &other; }

  /// As Finisher::complete(), of an entry that was claimed here.
  Task<Result<void>> settle(std::shared_ptr<const Entry> entry);

 private:
  Task<Result<void>> settle_handed(std::shared_ptr<const Entry> entry,
                                   Participants::HandedOver participants);

  Finisher& finisher_;
  Participants& participants_;
  boost::asio::any_io_executor executor_;
  Settler* other_ = nullptr;
};

}  // namespace posse
