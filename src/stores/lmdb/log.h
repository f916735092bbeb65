/// The log file: records in a ring, each durable when it is written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stores/lmdb/directory.h"
#include "stores/lmdb/log_plan.h"
#include "stores/lmdb/log_record.h"

namespace posse::lmdb {

/// Up to where the log's records stand in the LMDB file too.
struct LogMark {
  LogKey key{};
  std::uint64_t place = 0;   ///< Where the next record stands, unless it stands at 0.
  std::uint64_t number = 0;  ///< The last record's; the first is 1.
};

/// Writes records in pages of their own, past the page cache where the file system can do so. Not
/// tied to a thread, used by one at a time.
class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// Opens or makes the file, and begins a new use of it. What was in it is forgotten. An errno on
  /// failure.
  int begin(const Directory& directory, const LogPlan& plan);

  const LogMark& mark() const { return mark_; }

  /// The length of the longest record that there is room for.
  std::size_t room() const;

  /// Bytes of records that do not stand in the LMDB file yet.
  std::size_t used() const;

  /// Makes the file longer, up to twice as long, if it is not as large as may be. May run in
  /// another thread beside all calls but this one and `adopt`.
  void extend();

  /// What was added is used from now on.
  void adopt();

  /// Whether so much is used that the LMDB file should catch up.
  bool is_half_full() const { return 2 * used() >= bytes_; }

  /// Writes `writes` as the next record; there is room for it. When it returns 0 they are durable;
  /// on an errno nobody knows.
  int append(const std::vector<Memtable::Write>& writes);

  /// Everything up to `mark` stands in the LMDB file.
  void release(const LogMark& mark) { tail_ = mark.place; }

 private:
  int open(const Directory& directory, std::size_t bytes_min);

  std::string path_;
  int file_ = -1;
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

/// The writes of all records behind `mark`, in their order; `missing` if there is no file. An errno
/// on failure. Where a record is not whole, the log ends: nobody was told of it.
int read_log(const Directory& directory, const LogMark& mark, std::vector<Memtable::Write>& writes,
             bool& is_missing);

}  // namespace posse::lmdb
