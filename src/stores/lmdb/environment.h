/// The open LMDB file: who it belongs to, its two tables, its transactions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include <lmdb.h>

#include "posse/result.h"
#include "stores/lmdb/directory.h"

namespace posse::lmdb {

/// One LMDB transaction; aborted unless committed. A writing one holds LMDB's lock, across all
/// processes, and must end in the thread that began it.
class Transaction {
 public:
  /// Begins it; look at `begun` next. `flags` is MDB_RDONLY or nothing.
  Transaction(MDB_env* env, unsigned flags)
      : begun_(mdb_txn_begin(env, nullptr, flags, &handle_)) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() { mdb_txn_abort(handle_); }

  /// LMDB's code of the beginning.
  int begun() const { return begun_; }
  MDB_txn* handle() const { return handle_; }
  int commit() { return mdb_txn_commit(std::exchange(handle_, nullptr)); }

 private:
  MDB_txn* handle_ = nullptr;
  int begun_;
};

/// The file of a store. Layout: LMDB's unnamed table holds `posse` -> the format's number as text,
/// `versions` -> the last version given out, 8 bytes, and `log` -> up to where the log's records
/// stand here too; the table `documents` holds the records. Format 2 says that the log has more.
/// The counter lives in the file, so that a compacting copy goes on where the original stood.
/// Opened by the writer thread and used by it and by the callers' threads, as LMDB allows.
class Environment {
 public:
  /// Opens or creates the file; may block while another process is stopped in the middle of it.
  static Result<std::unique_ptr<Environment>> open(Directory directory);

  MDB_env* handle() const { return handle_.get(); }
  MDB_dbi main() const { return main_; }
  MDB_dbi documents() const { return documents_; }
  const Directory& directory() const { return directory_; }

  /// Shared by those who read, so that the map stays where it is.
  std::shared_mutex& map_mutex() { return map_mutex_; }

  /// Whether there was no lock file at the opening, so that nobody has used this file where it is:
  /// it is new, or a copy.
  bool is_fresh() const { return is_fresh_; }

  /// Takes over the larger map of another process. Only without a writing transaction of ours.
  int adopt_map();

  /// LMDB's code of the last adoption: without a map there is nothing to read. Under the mutex.
  int map_code() const { return map_code_; }

  /// Frees what killed processes have left in the table of readers; LMDB would keep every page
  /// that they could still have been reading. Failing to is no harm: the next round tries again.
  void clear_killed_readers() { mdb_reader_check(handle_.get(), nullptr); }

  /// The key of the version counter.
  static constexpr std::string_view versions_key = "versions";
  /// The key of the log's mark: 16 bytes of key, 8 of place, 8 of number.
  static constexpr std::string_view log_key = "log";
  /// The key of the format, and its values: all is in this file, or some is in the log.
  static constexpr std::string_view format_key = "posse";
  static constexpr std::string_view whole_format = "1";
  static constexpr std::string_view logged_format = "2";

 private:
  struct Close {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
  };
  using Handle = std::unique_ptr<MDB_env, Close>;

  explicit Environment(Directory directory) : directory_(std::move(directory)) {}

  std::optional<Error> create_file();
  std::optional<Error> fill_draft(const std::string& draft);
  std::optional<Error> open_patiently();
  std::optional<Error> adopt_layout();
  std::optional<Error> create_layout();
  std::optional<Error> open_tables(MDB_txn* transaction, unsigned flags);
  int refuse_foreign(std::optional<Error>& refusal);
  int open_file();
  std::optional<Error> look(MDB_txn* transaction, bool& is_empty) const;
  Error cannot_open(int code) const;

  Directory directory_;
  Handle handle_;
  MDB_dbi main_ = 0;
  MDB_dbi documents_ = 0;
  std::shared_mutex map_mutex_;
  int map_code_ = 0;
  bool is_fresh_ = false;
};

}  // namespace posse::lmdb
