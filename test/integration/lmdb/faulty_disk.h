/// A disk that fails on demand: this program's own fdatasync and pwrite, which LMDB calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace posse::testing {

enum class Fault : std::uint8_t {
  none,
  sync_fails,   ///< fdatasync gives EIO.
  sync_stalls,  ///< fdatasync waits until the fault is over.
  meta_fails,   ///< A write through a descriptor that syncs by itself gives EIO.
  no_direct,    ///< A write through a descriptor that goes past the page cache gives EINVAL.
  log_unread,   ///< A read of a log gives EIO.
};

/// The disk has a fault for this object's lifetime. One at a time.
class FaultyDisk {
 public:
  explicit FaultyDisk(Fault fault);
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  /// Waits until somebody has met the fault.
  static void wait_until_met();
};

}  // namespace posse::testing
