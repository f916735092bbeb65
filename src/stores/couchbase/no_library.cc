/// In the place of libcouchbase, where it was not there when Posse was built.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/library_client.h"

namespace posse::couchbase {

Result<MakeClient> library_client(const CouchbasePlace& /*place*/) {
  return Error{Errc::unavailable,
               "this program was built without Couchbase: install libcouchbase 3.3 or newer with "
               "its headers, and build it again"};
}

bool has_library() {
  return false;
}

}  // namespace posse::couchbase
