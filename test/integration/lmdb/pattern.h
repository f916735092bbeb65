/// Values that tell whether they are whole, and that no packing makes smaller.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>

namespace posse::testing {

/// The value that belongs at `key`: noise, by default larger than a page.
inline std::string pattern(const std::string& key, std::size_t bytes = 5000) {
  std::mt19937_64 noise(std::hash<std::string>()(key));
  std::string value;
  while (value.size() < bytes) value += static_cast<char>(noise() % 256);
  return value;
}

}  // namespace posse::testing
