/// Where writes go while this process is busy and alone: to the log, and later to the LMDB file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "posse/result.h"
#include "stores/lmdb/environment.h"
#include "stores/lmdb/log.h"
#include "stores/lmdb/log_plan.h"
#include "stores/lmdb/log_reading.h"
#include "stores/lmdb/log_state.h"
#include "stores/lmdb/memtable.h"
#include "stores/lmdb/packing.h"
#include "stores/lmdb/presence.h"
#include "stores/lmdb/request.h"

namespace posse::lmdb {

/// A commit of LMDB syncs twice, and writes whole pages for documents of 100 bytes. A record in the
/// log is one durable write, of nothing but the documents. So a process that has the store for
/// itself logs, answers, and puts what it has logged into the LMDB file every two seconds, in
/// another thread; where it stands is noted in the same transaction. When another process asks for
/// the store, or nothing much is written any more, the file gets all of it, and the log is done
/// with: a store that is idle, closed or shared is the LMDB file alone.
///
/// A process that is killed while it logs leaves the rest in the log: whoever opens the store next
/// and owns it puts that into the file first. Used by the writer thread.
class LogMode {
 public:
  using Clock = std::chrono::steady_clock;

  LogMode(Environment& environment, Memtable& memtable, const LogPlan& plan)
      : environment_(environment), memtable_(memtable), plan_(plan) {}
  LogMode(const LogMode&) = delete;
  LogMode& operator=(const LogMode&) = delete;

  /// Takes this process's place at the store. False: another process owns the store, and has been
  /// asked; try again. Where a killed process has left a log, calls `recovers`, and puts it into
  /// the file, which may take long: a piece at a time, so that whoever begins again goes on from
  /// there. Errors: `unavailable`, `unreadable`.
  Result<bool> arrive(const std::function<void()>& recovers);

  bool is_on() const { return is_on_; }

  /// Tells of a transaction of LMDB's, and begins to log if that pays now. Only while it is off.
  /// Errors: the store must refuse everything from now on.
  std::optional<Error> count_transaction();

  /// What is due: an end of the logging, or of a flush, or a new one. While it is on: every few
  /// milliseconds. Errors: the store must refuse everything from now on.
  std::optional<Error> turn();

  /// How much the next requests may cost together (WriteQueue::take); waits until that is enough
  /// for the largest. Errors: as `turn`.
  Result<std::size_t> make_room();

  /// Does `requests`, which fit, and fills in their outcomes. Errors: as `turn`.
  std::optional<Error> write(Requests& requests);

  /// Puts everything into the file and shares the store. While it is on. Errors: as `turn`.
  std::optional<Error> end();

  /// Waits for a flush under way, which is of no interest any more. Last of all calls.
  void wait();

 private:
  enum class Known : std::uint8_t { absent, present, damaged };

  bool is_alone() const;
  std::optional<Error> begin();
  std::optional<Error> recover(const std::function<void()>& recovers);
  std::optional<Error> take_over(std::vector<LoggedRecord>& records, LogState state);
  Error refuse_log(LogEnd end) const;
  bool has_little_room() const;
  bool is_flush_due(Clock::time_point now) const;
  void start_flush();
  void freeze(bool is_logged);
  std::optional<Error> finish_flush();
  std::optional<Error> judge_flush(int code);
  void note_window(Clock::time_point now);
  int begin_reading();
  Known look_up(const HashedKey& key, Version& version);
  void decide(Request& request);
  std::optional<Error> log_and_publish(Requests& requests);

  Environment& environment_;
  Memtable& memtable_;
  LogPlan plan_;
  Presence presence_;
  bool is_placed_ = false;
  bool is_on_ = false;
  bool is_slow_ = false;     ///< The last window had few transactions.
  bool is_watched_ = false;  ///< Somebody reads who does not know of the presence.
  bool is_short_ = false;    ///< The log was too short for what was written.

  Clock::time_point
      not_before_{};           ///< When to begin to log again, after what will not be gone soon.
  unsigned transactions_ = 0;  ///< In this window of a second.
  Clock::time_point window_end_{};

  Log log_;
  std::uint64_t versions_ = 0;  ///< The last version given out.
  std::optional<Transaction> reading_;
  std::vector<Memtable::Write> writes_;
  ByKey<Version> fresh_;  ///< The keys of `writes_`.

  Packer packer_;
  bool has_records_ = false;  ///< The log had some when the documents were frozen.
  LogState flushing_;         ///< What the frozen documents come to.
  std::future<int> flush_;    ///< LMDB's code.
  std::shared_ptr<const Generation> outdated_;  ///< Destroyed by the next flush.
  Clock::time_point oldest_{};    ///< When the oldest document was published that is not frozen.
  std::optional<Error> refusal_;  ///< Why the last flush failed; writes wait for a better one.
};

}  // namespace posse::lmdb
