/// Who moves money between two documents: Posse as a library, and PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peers.h"
#include "posse/random.h"
#include "posse/task.h"

namespace posse::bench {

struct Transfer {
  std::size_t from = 0;
  std::size_t to = 0;
  std::int64_t amount = 0;
};

/// Between two of `count` accounts.
Transfer some_transfer(Random& random, std::size_t count);

/// Keeps accounts 0 to `count` - 1. Used from one executor. One that fails ends the program.
class Teller {
 public:
  virtual ~Teller() = default;

  /// Makes the accounts, and nothing else is there.
  virtual Task<void> prepare(std::size_t count, std::int64_t balance) = 0;

  /// Returns when it is durable. Asks again where somebody else's change was first: how often.
  virtual Task<std::uint64_t> transfer(Transfer transfer) = 0;

  /// When nobody transfers any more.
  virtual Task<std::vector<std::int64_t>> balances(std::size_t count) = 0;

  virtual Task<void> close() = 0;
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

/// Their names, and what they are, for the help of a program.
inline const std::vector<std::string> teller_names{"posse", "posse-plan", "posse-set", "postgres"};
inline constexpr const char* teller_help =
    "posse: by `add`; posse-plan; posse-set: by read and `set`; postgres";

/// One of `teller_names`.
std::unique_ptr<Teller> make_teller(const std::string& name, const Place& place);

}  // namespace posse::bench
