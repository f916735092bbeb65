/// Listing keys: an optional capability of a store, for audits and lists, never for safety.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "posse/result.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// A key with its document.
struct Listed {
  Key key;
  Document document;
};

/// Reads documents in byte order of their keys. Not a snapshot, but each document of a page is as
/// fresh as a get: it shows every write to it that was `done` before the call.
class Scan {
 public:
  virtual ~Scan() = default;

  /// Up to `items_max` (at least 1) documents whose keys start with `prefix` and come after
  /// `after`; an empty `after` starts at the first. Fewer than `items_max` means the end.
  /// Errors: `unavailable`.
  virtual Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                                 std::size_t items_max) = 0;
};

}  // namespace posse
