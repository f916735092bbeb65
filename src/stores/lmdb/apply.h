/// Doing what requests want, inside a transaction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lmdb.h>

#include "stores/lmdb/environment.h"
#include "stores/lmdb/packing.h"
#include "stores/lmdb/request.h"

namespace posse::lmdb {

/// Applies `requests` one after the other and fills in their outcomes, which hold if the
/// transaction is then committed. A code other than 0 means that it must be aborted.
int apply(const Environment& environment, Packer& packer, MDB_txn* transaction, Requests& requests);

}  // namespace posse::lmdb
