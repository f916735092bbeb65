/// Reading the JSON object that a request brings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include <boost/json.hpp>

#include "core/fields.h"
#include "node/http.h"

namespace posse {

/// Objects and lists in each other.
inline constexpr std::size_t body_depth_max = 8;

/// Reads the body of `request`, an object, with `read`, which lists its fields.
/// Empty if everything was there and as it must be, and nothing besides; else the problem to
/// answer, with one sentence that names the field and the bound.
std::optional<Response> read_body(const Request& request, const std::function<void(Fields&)>& read);

}  // namespace posse
