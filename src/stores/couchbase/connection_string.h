/// What libcouchbase is told about a place, in its own notation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "stores/couchbase/couchbase_place.h"

namespace posse::couchbase {

/// The one time limit of all calls. A durable write carries nine tenths of it to the server in
/// milliseconds, and the library (3.3.19) swaps its two bytes: 2313 is 0x0909, the same either way.
/// 2.5 s would have been 51.7 s there. A limit of a single call that is shorter comes late.
inline constexpr std::chrono::milliseconds operation_limit{2570};

/// Whether a durable write with this limit tells the server nine tenths of it, in either order of
/// its bytes.
constexpr bool is_told_right(std::chrono::milliseconds limit) {
  constexpr unsigned byte = 256;
  const auto told = static_cast<unsigned>(limit.count() * 9 / 10);
  return told < byte * byte && told / byte == told % byte;
}

/// Nodes, whose names are looked up already, files and settings, but neither bucket nor user.
std::string connection_string(const CouchbasePlace& place);

}  // namespace posse::couchbase
