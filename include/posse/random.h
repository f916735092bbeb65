/// Chance as Posse's code sees it: the third door to the outside.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace posse {

/// Unpredictable bits; used from one executor.
class Random {
 public:
  virtual ~Random() = default;

  /// 64 bits that nobody can guess.
  virtual std::uint64_t bits() = 0;
};

}  // namespace posse
