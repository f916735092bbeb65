/// The real chance.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "posse/random.h"

namespace posse {

/// The kernel's random numbers, by libsodium, fetched many at a time.
class SystemRandom final : public Random {
 public:
  SystemRandom();

  std::uint64_t bits() override;

 private:
  std::array<std::uint64_t, 64> stock_{};
  std::size_t used_;
};

}  // namespace posse
