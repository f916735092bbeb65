/// How oracles say that something is broken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace posse::sim {

/// What is broken, in a sentence; empty if nothing is.
using Wrong = std::optional<std::string>;

}  // namespace posse::sim
