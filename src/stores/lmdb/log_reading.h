/// Reading what a process has left in its log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "stores/lmdb/directory.h"
#include "stores/lmdb/log_record.h"
#include "stores/lmdb/memtable.h"

namespace posse::lmdb {

/// A record of the log, and where the log goes on.
struct LoggedRecord {
  std::vector<Memtable::Write> writes;
  LogMark behind;
};

enum class LogEnd : std::uint8_t {
  complete,    ///< All that anybody was told of is there.
  missing,     ///< There is no log, or that of another use.
  damaged,     ///< A record is not whole, and later ones are: somebody was told of it.
  unreadable,  ///< The disk does not say.
};

/// Appends all records behind `mark` to `records`, in their order. Where a record is not whole and
/// none comes after it, the log ends: nobody was told of it.
LogEnd read_log(const Directory& directory, const LogMark& mark,
                std::vector<LoggedRecord>& records);

}  // namespace posse::lmdb
