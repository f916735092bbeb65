/// Records what the store asks of the disk: this program's own write, sync and rename calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "crash/trace.h"

namespace posse::testing {

/// A fault, put between the driver and LMDB or the disk.
struct Fault {
  unsigned lmdb_flags = 0;       ///< Added to what the driver opens LMDB with,
  unsigned logging_flags = 0;    ///< or when the log has got its first record.
  bool is_log_unsynced = false;  ///< The log's writes are durable at the next sync of LMDB's.
};

/// Records, for the object's lifetime, everything that happens to the data file and the log of the
/// store in `directory`, from whichever thread. One at a time.
class Recording {
 public:
  Recording(const std::filesystem::path& directory, const Fault& fault);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();

  /// How many events there are.
  static std::size_t position();

  /// Puts the answer *done* in its place among the calls.
  static void acknowledge(std::uint64_t version);

  /// What was recorded.
  static Trace take();
};

}  // namespace posse::testing
