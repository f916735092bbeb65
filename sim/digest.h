/// 64-bit digests, for telling states apart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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

/// Eight bytes at a time, the first one lowest, on every machine.
constexpr std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  constexpr std::size_t bytes = sizeof(std::uint64_t);
  const std::size_t size = text.size();
  for (; !text.empty(); text.remove_prefix(text.size() < bytes ? text.size() : bytes)) {
    std::uint64_t word = 0;
    for (std::size_t at = 0; at < bytes && at < text.size(); ++at) {
      word |= std::uint64_t{static_cast<unsigned char>(text[at])} << (8 * at);
    }
    seed = (seed ^ word) * 0x9fb21c651e98df25U;
    seed ^= seed >> 32U;
  }
  return mixed(seed, size);
}

}  // namespace posse::sim
