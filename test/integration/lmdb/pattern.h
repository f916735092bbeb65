/// Values that tell whether they are whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace posse::testing {

/// The value that belongs at `key`: its name over and over, larger than a page.
inline std::string pattern(const std::string& key) {
  std::string value;
  while (value.size() < 5000) value += key + ";";
  return value;
}

}  // namespace posse::testing
