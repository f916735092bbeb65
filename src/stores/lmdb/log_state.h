/// What the LMDB file says of the log, and putting what the log holds into the file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "stores/lmdb/environment.h"
#include "stores/lmdb/log.h"
#include "stores/lmdb/memtable.h"
#include "stores/lmdb/packing.h"

namespace posse::lmdb {

/// The file's place between itself and the log.
struct LogState {
  bool is_logged = false;      ///< The log has, or may have, more than the file.
  LogMark mark;                ///< From where on.
  std::uint64_t versions = 0;  ///< The last version given out, up to the mark.
};

/// Reads it; a code of LMDB.
int read_log_state(const Environment& environment, LogState& state);

/// Puts `documents`, sorted by key, and `state` into the file in one transaction, durable when it
/// returns 0. Waits for LMDB's lock. Any other code is LMDB's, and of which Writer knows what it
/// means.
int write_down(Environment& environment, Packer& packer,
               const std::vector<const Memtable::Write*>& documents, const LogState& state);

}  // namespace posse::lmdb
