/// What Posse asks of a database: linearizable get, add and cas on single keys, and nothing more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "posse/result.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Bounds that every driver keeps. 250 bytes is the shortest key limit of the stores we know
/// (Couchbase); 1 MiB stays below the shortest request limit (etcd, 1.5 MiB).
inline constexpr std::size_t key_bytes_max = 250;
inline constexpr std::size_t value_bytes_max = 1024UL * 1024;

/// The store's answer to a write. An Error instead means: it did not happen and never will. Of a
/// request that the driver, or anything below it, may have sent twice, the failure of one is not
/// enough: that is `unknown`.
enum class Write : std::uint8_t {
  done,     ///< Applied, and durable.
  refused,  ///< Not applied: add met the key, cas met another version. A fact, not a failure.
  unknown,  ///< Applied now, later or never: timeout, lost connection. Read before deciding.
};

/// What a write came to. `version` is the document's new one if `done`, else meaningless.
struct Written {
  Write answer{};
  Version version{};
};

/// A key-value store as the protocol sees it: linearizable per key, nothing across keys. Drivers
/// implement this page; test/contract proves it. Calls may overlap, all from one executor.
/// Each call ends within the driver's deadline. A cancelled write is `unknown`.
/// Errors: `unavailable`; `too_large`, beyond `key_bytes_max` or `value_bytes_max` or an empty key.
class Store {
 public:
  virtual ~Store() = default;

  /// Reads `key`; empty if it does not exist. Sees every write that was `done` before the call.
  virtual Task<Result<std::optional<Document>>> get(Key key) = 0;

  /// Puts `value` at `key` if nothing is there (put-if-absent). While `unknown`, repeat it as is.
  virtual Task<Result<Written>> add(Key key, Bytes value) = 0;

  /// Replaces the document at `key` if it still has `version` (compare-and-swap). A missing
  /// document is refused.
  virtual Task<Result<Written>> cas(Key key, Version version, Bytes value) = 0;
};

}  // namespace posse
