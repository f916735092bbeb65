/// What the HTTP API is, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace posse {

/// The text of api/openapi.yaml, of which the build makes this.
extern const std::string_view description;

}  // namespace posse
