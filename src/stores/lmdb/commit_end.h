/// What a commit of LMDB that has not succeeded came to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "stores/lmdb/environment.h"

namespace posse::lmdb {

enum class CommitEnd : std::uint8_t {
  full,      ///< It did not happen: there was no room.
  failed,    ///< It did not happen.
  unsynced,  ///< It did not happen, and nobody knows what the disk still holds.
  unknown,   ///< It happened or not, and LMDB has stopped.
};

/// LMDB 0.9 (mdb_txn_commit) writes the new pages to unused places, syncs them, and only then
/// writes the meta page that refers to them, through a descriptor that syncs by itself. Nothing
/// else makes a transaction count. So:
/// - a write or sync of pages that fails leaves the old state: the transaction did not happen, and
///   it never will, since its places count as unused and are written anew before the next use.
/// - a meta page that fails is the one case where nobody knows: LMDB puts the old content back, but
///   the disk may hold either. LMDB remembers, and refuses every later transaction (MDB_PANIC).
/// A failed sync is no reason for LMDB to stop, but one for us: the kernel may have dropped the
/// pages that it could not write, and report success the next time. A short write comes as the same
/// EIO; it means a full disk, and what tells them apart is whether the disk is full.
CommitEnd end_of_commit(const Environment& environment, int code);

}  // namespace posse::lmdb
