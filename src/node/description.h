/// What the HTTP API is, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace posse {

/// The text of api/openapi.yaml, of which the build makes this.
std::string description();

}  // namespace posse
