/// Who moves money between two documents: Posse as a library, and PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peers.h"
#include "posse/task.h"

namespace posse::bench {

struct Transfer {
  std::size_t from = 0;
  std::size_t to = 0;
  std::int64_t amount = 0;
};

/// Keeps accounts 0 to `count` - 1. Used from one executor. One that fails ends the program.
class Teller {
 public:
  virtual ~Teller() = default;

  /// Makes the accounts, and nothing else is there.
  virtual Task<void> prepare(std::size_t count, std::int64_t balance) = 0;

  /// Returns when it is durable. Asks again where it must.
  virtual Task<void> transfer(Transfer transfer) = 0;

  /// When nobody transfers any more.
  virtual Task<std::vector<std::int64_t>> balances(std::size_t count) = 0;

  virtual Task<void> close() = 0;

  /// How often somebody else's change was first, and it was asked again.
  std::uint64_t repeats() const { return repeats_; }

 protected:
  std::uint64_t repeats_ = 0;
};

/// How a transfer is written for Posse.
enum class Writing : std::uint8_t {
  adds,   ///< Two `add`, with a floor for who pays.
  plans,  ///< Both are held, read and set, as one.
  sets,   ///< Both are read, and set as long as nobody has changed them.
};

/// In `place.folder`.
std::unique_ptr<Teller> make_posse_teller(const Place& place, Writing writing);

/// A function for each transfer, whose rows are locked in the order of their keys.
std::unique_ptr<Teller> make_postgres_teller(const Place& place);

}  // namespace posse::bench
