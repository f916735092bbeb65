/// The log file: records in a ring, each durable when it is written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stores/lmdb/directory.h"
#include "stores/lmdb/log_plan.h"
#include "stores/lmdb/log_record.h"

namespace posse::lmdb {

/// Writes records in pages of their own, past the page cache where the file system can do so. Not
/// tied to a thread, used by one at a time, but for `extend`.
class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// Opens or makes the file, and begins a new use of it: its start says so, durably. What was in
  /// it is forgotten. An errno on failure: the file cannot be made, or written to as is needed.
  int begin(const Directory& directory, const LogPlan& plan);

  const LogMark& mark() const { return mark_; }

  /// Whether the directory still has this file under the log's name.
  bool is_in(const Directory& directory) const;

  /// The length of the longest record that there is room for.
  std::size_t room() const;

  /// Bytes of records that do not stand in the LMDB file yet.
  std::size_t used() const;

  /// Whether so much is used that the LMDB file should catch up.
  bool is_half_full() const { return 2 * used() >= bytes_; }

  /// How much `extend` would add now; 0 if the file is as long as it may be.
  std::size_t extension() const {
    return std::min({bytes_, bytes_max_ - bytes_, extension_bytes_max});
  }

  /// Makes the file longer by the extension. May run in another thread beside all calls but this
  /// one and `adopt`.
  void extend();

  /// What was added is used from now on.
  void adopt();

  /// Writes `writes` as the next record; there is room for it. When it returns 0 they are durable;
  /// on an errno nobody knows.
  int append(const std::vector<Memtable::Write>& writes);

  /// Everything up to `mark`, which had records behind it, stands in the LMDB file.
  void release(const LogMark& mark) { tail_ = mark.place; }

 private:
  /// Records that are written meanwhile wait in the disk's queue: for some 30 ms.
  static constexpr std::size_t extension_bytes_max = std::size_t{16} * 1024 * 1024;

  int open(const Directory& directory, std::size_t bytes_min);
  int open_durable(int flags);
  int probe();
  int write(std::string_view record, std::size_t place);

  std::string path_;
  int file_ = -1;
  int plain_file_ = -1;  ///< The same, through the page cache and without a sync of each write.
  std::size_t bytes_ = 0;
  std::size_t extended_bytes_ = 0;  ///< What `extend` has made of it.
  std::size_t bytes_max_ = 0;
  LogMark mark_;
  std::uint64_t tail_ = 0;  ///< Where the oldest record begins that is still needed.
  /// Where records stand before they are written: such writes want aligned memory.
  struct Free {
    void operator()(char* bytes) const;
  };
  std::unique_ptr<char, Free> pages_;
  std::size_t pages_bytes_ = 0;
};

}  // namespace posse::lmdb
