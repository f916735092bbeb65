/// Hearing of changes: an optional capability of a store, for those who follow, never for safety.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "posse/types.h"

namespace posse {

/// A key that is watched. Destroy it to end that, on the callers' executor; it may outlive the
/// store.
class Watching {
 public:
  virtual ~Watching() = default;
};

/// Hints that a document may have changed. Some come late, twice or without a change, and some
/// never: whoever must know reads now and then as well.
class Watch {
 public:
  virtual ~Watch() = default;

  /// From about now on, calls `changed` on the callers' executor after a change of `key`; neither
  /// within this call nor once the answer is destroyed. Nothing waits for it: an executor may run
  /// out of work meanwhile.
  virtual std::unique_ptr<Watching> watch(Key key, std::function<void()> changed) = 0;
};

}  // namespace posse
