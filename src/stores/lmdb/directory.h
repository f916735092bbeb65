/// The directory of an LMDB store: made, claimed for one store of this process, measured.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

#include "posse/result.h"

namespace posse::lmdb {

/// One store's hold on its directory. LMDB keeps its locks per process, so that a second opening in
/// the same process would silently take the first one's locks away: the claim refuses it. Released
/// by destruction, which must come after LMDB has closed its files. Not tied to a thread.
class Directory {
 public:
  /// Makes the directory if it is absent, for its owner alone, and claims it.
  static Result<Directory> claim(const std::filesystem::path& path);

  Directory(Directory&& other) noexcept;
  Directory& operator=(Directory&&) = delete;
  ~Directory();

  const std::string& path() const { return path_; }
  std::string data_path() const { return path_ + "/data.mdb"; }
  std::string log_path() const { return path_ + "/log.mdb"; }

  /// Whether somebody has put data there; an empty file is none.
  bool has_data() const;

  /// Makes an empty file for a database that is not finished; `draft` is its path. An errno on
  /// failure.
  int make_draft(std::string& draft) const;

  /// Makes `draft` the data file, unless there is one; the draft is gone in any case. An errno on
  /// failure.
  int publish(const std::string& draft) const;

  /// Whether LMDB's lock file is there, so that other processes may be at work.
  bool has_lock() const;

  /// Reserves room for `bytes` of the lock file, with an errno on failure. LMDB writes that file
  /// through a map, so that a full disk would end the process with SIGBUS. Only before LMDB opens
  /// it: closing any descriptor of the lock file drops the process's locks on it.
  int reserve_lock(std::size_t bytes) const;

  /// Why the data file is not to be used, if so: another name of it, in another directory, would
  /// come with another lock file, and both would write.
  std::optional<Error> refuse_second_name() const;

  /// Remembers the lock file that LMDB has opened.
  void know_lock();

  /// Why nobody may write here any more, if so: the lock file is not the one LMDB has opened.
  /// Whoever removes it lets others lock another file, and write at the same time.
  std::optional<Error> refuse_other_lock() const;

  /// Makes the names of new files durable, and the directory's own. An errno on failure.
  int sync() const;

  /// A map that the file cannot outgrow before it has filled the disk, so that it is never too
  /// small and never needs to grow. Address space costs nothing.
  std::size_t map_bytes() const;

  /// Whether less than `bytes` can still be written to the file system.
  bool has_less_room_than(std::size_t bytes) const;

 private:
  /// What the system knows the directory by, whatever path led to it.
  using Identity = std::pair<dev_t, ino_t>;

  Directory(std::string path, int descriptor, Identity identity);

  std::string path_;
  int descriptor_ = -1;
  Identity identity_;
  ino_t lock_inode_ = 0;
};

}  // namespace posse::lmdb
