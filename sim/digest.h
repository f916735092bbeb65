/// 64-bit digests, for telling states apart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace posse::sim {

/// Digest of `more` behind `seed`. Of ten million states two share one with a chance of 3 in a
/// million; the finalizer is splitmix64's.
constexpr std::uint64_t mixed(std::uint64_t seed, std::uint64_t more) {
  std::uint64_t mix = seed * 0x9e3779b97f4a7c15U + more + 0x632be59bd9b4e019U;
  mix = (mix ^ (mix >> 30U)) * 0xbf58476d1ce4e5b9U;
  mix = (mix ^ (mix >> 27U)) * 0x94d049bb133111ebU;
  return mix ^ (mix >> 31U);
}

constexpr std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  for (const char one : text) seed = (seed ^ static_cast<unsigned char>(one)) * 0x100000001b3U;
  return mixed(seed, text.size());
}

}  // namespace posse::sim
