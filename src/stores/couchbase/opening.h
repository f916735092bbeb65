/// The first calls on a cluster: is there a store, and are writes durable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "posse/result.h"
#include "posse/task.h"
#include "stores/couchbase/calls.h"
#include "stores/couchbase/couchbase_store.h"

namespace posse::couchbase {

/// What was there.
struct Found {
  bool is_new = false;  ///< There was no mark of a store.
  std::optional<std::string> warning = {};
};

/// Reads the mark of a store, and puts it there, or replaces it with itself: so a cluster that
/// takes no durable writes is told at once, and not by the first purchase. Where there is none and
/// `making` is `leave`, nothing is written. What fails and is not of a setting is tried again until
/// `patience` is over. Then asks for one id, and warns if that fails.
/// Errors: `unavailable`; `unreadable`, if a newer Posse has made the mark.
Task<Result<Found>> look_and_mark(std::shared_ptr<Calls> calls, CouchbasePlace place, Making making,
                                  std::chrono::milliseconds patience);

}  // namespace posse::couchbase
