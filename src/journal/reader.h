/// Reading several participants as they are at one moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "journal/driven.h"
#include "journal/participants.h"
#include "journal/resolver.h"
#include "posse/clock.h"

namespace posse {

/// What was found at the sorted keys of `keys`, in the order of `keys`.
std::vector<Participant> in_order_of(const std::vector<Key>& keys,
                                     const std::vector<Participant>& found);

/// A document that nobody holds shows everything that was committed on it, and nothing else. So
/// documents that nobody held, and that were the same when read again, were as they are at once
/// at any moment between the two reads.
class Reader {
 public:
  using Found = std::vector<Participant>;

  struct Parts {
    Participants& participants;
    Resolver& resolver;
    Driven& driven;
    Clock& clock;
  };

  explicit Reader(Parts parts) : parts_(parts) {}

  /// One read of each; a document that is missing is not there.
  /// Errors: the store's; `unreadable`.
  Task<Result<Found>> collect(std::vector<Key> keys);

  /// The documents of one moment, once holds in them are decided, those of the dead with one
  /// patience for all. Empty if others hold or change them each time.
  /// Errors: as collect(); `contended`; `books_broken`.
  Task<Result<std::optional<Found>>> look(std::vector<Key> keys);

 private:
  Task<Result<void>> wait_for_holds(std::vector<Key> keys, const Found* found, Steady until);

  Parts parts_;
};

}  // namespace posse
