/// The embedded store: one LMDB file in a directory, shared by the processes of one machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "posse/scan.h"
#include "posse/store.h"
#include "stores/lmdb/log_plan.h"

namespace posse {
namespace lmdb {
class Writer;
}

/// What an LmdbStore is opened with.
struct LmdbOptions {
  /// Where the callers live: one thread. Answers are posted here.
  boost::asio::any_io_executor executor;
  /// Holds the files. Created if absent (its parent must exist), for its owner alone.
  std::filesystem::path directory;
  /// Bound of every call, and of opening and closing. 2 s is what a buyer at a counter will wait.
  std::chrono::milliseconds deadline = std::chrono::seconds(2);
  /// When it writes to a log instead, and how large that becomes.
  lmdb::LogPlan log = {};
};

/// Documents in an LMDB file. Reads run in the caller's thread. Writes go through one thread of the
/// store, which puts everything that waits into one transaction: one sync for many writes, each
/// answered after it. Several processes may share the directory, if they share one PID namespace
/// and the file system is a local one. A process that is busy and has the store for itself writes
/// to a log, one sync for all that waits, and to the LMDB file every two seconds, until another
/// asks for the store: see LogMode.
///
/// When another process stops while it holds LMDB's lock, reads go on and writes end at the
/// deadline: `unavailable` if they were still queued, `unknown` if their transaction was under way.
/// Of a process that is stopped while it logs, nobody gets the store before it goes on or is
/// killed. A full disk fails writes with `unavailable` until there is room. After a failed sync the
/// store refuses everything, since nobody knows what the disk still holds: reopen it.
///
/// Used from the executor's thread; the same directory can be opened once per process, and share()
/// gives it to other executors. Unusable after fork(). Destroying it drops the calls under way:
/// their coroutines unwind, what was handed over may still be written. The last one waits for the
/// writing thread, at most the deadline; if LMDB's lock is held by a stopped process, the thread is
/// left behind with the file and ends when it gets the lock, writing nothing.
class LmdbStore final : public Store, public Scan {
 public:
  /// Opens or creates the store in `options.directory`; blocks, at most the deadline. What a killed
  /// process has left in its log is put into the file meanwhile, which may take longer.
  /// Errors: `unreadable`, a database that is not ours or of a newer format, and not a byte of it
  /// was changed; `unavailable`, everything else.
  static Result<std::unique_ptr<LmdbStore>> open(LmdbOptions options);

  ~LmdbStore() override;

  /// The same store for callers on another `executor`: what both write at a time is one
  /// transaction. Neither outlives its own executor; each may go before the other.
  /// Errors: `unavailable`: there is no place left for a reader, or the store has stopped.
  Result<std::unique_ptr<LmdbStore>> share(boost::asio::any_io_executor executor);

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;

 private:
  class Parts;
  explicit LmdbStore(std::unique_ptr<Parts> parts);
  static Result<std::unique_ptr<LmdbStore>> on(std::shared_ptr<lmdb::Writer> writer,
                                               boost::asio::any_io_executor executor,
                                               std::chrono::milliseconds deadline);

  std::unique_ptr<Parts> parts_;
};

}  // namespace posse
