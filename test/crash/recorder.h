/// Records what LMDB asks of the disk: this program's own write, sync and rename calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "crash/trace.h"

namespace posse::testing {

/// Records, for the object's lifetime, everything that happens to the data file of the store in
/// `directory`, from whichever thread. One at a time.
class Recording {
 public:
  /// `lmdb_flags` are added to what the driver opens LMDB with: a fault, put between the two.
  explicit Recording(const std::filesystem::path& directory, unsigned lmdb_flags = 0);
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
