/// Chance that repeats.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "posse/random.h"

namespace posse {

/// The same bits for the same seed: splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014).
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() override {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace posse
