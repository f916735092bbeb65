/// Clients that are libcouchbase.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posse/result.h"
#include "stores/couchbase/client.h"
#include "stores/couchbase/couchbase_place.h"

namespace posse::couchbase {

/// Clients for `place`, whose files are read now.
/// Errors: `unavailable`, if a file cannot be read, or if this program was built without
/// libcouchbase.
Result<MakeClient> library_client(const CouchbasePlace& place);

/// Whether this program was built with libcouchbase.
bool has_library();

}  // namespace posse::couchbase
