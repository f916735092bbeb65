/// The one thread of a store that writes: everything that waits goes into one LMDB transaction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "posse/result.h"
#include "stores/lmdb/environment.h"
#include "stores/lmdb/log_mode.h"
#include "stores/lmdb/log_plan.h"
#include "stores/lmdb/memtable.h"
#include "stores/lmdb/packing.h"
#include "stores/lmdb/write_queue.h"

namespace posse::lmdb {

/// Opens the environment and writes to it or to its log, in its own thread, since all of it can
/// block for as long as another process is stopped. Owned by its stores and by the thread, which
/// can be left behind.
class Writer {
 public:
  /// Starts the thread and waits until the environment is open, at most the deadline.
  static Result<std::shared_ptr<Writer>> start(Directory directory,
                                               std::chrono::milliseconds deadline,
                                               const LogPlan& plan);

  WriteQueue& queue() { return queue_; }
  /// Once started.
  Environment& environment() { return *environment_; }
  /// What is newer than the environment's file.
  const Memtable& memtable() const { return memtable_; }

  /// Ends the thread, whose queue is closed. Waits for a transaction under way, at most `patience`;
  /// then leaves the thread behind.
  void stop(std::chrono::milliseconds patience);

 private:
  enum class Stage : std::uint8_t { opening, recovering, open, ended };

  void run(Directory directory, const LogPlan& plan);
  std::optional<Error> open(Directory directory, const LogPlan& plan);
  void work();
  void write_waiting();
  void write_to_file();
  void write_to_log();
  void begin(std::optional<Transaction>& transaction);
  void settle(Requests& requests, int commit_code);
  void enter(Stage stage);
  bool wait_for(Stage stage, std::chrono::milliseconds patience);

  std::thread thread_;
  std::mutex stage_mutex_;
  std::condition_variable stage_changed_;
  Stage stage_ = Stage::opening;
  std::optional<Error> opening_failed_;

  std::unique_ptr<Environment> environment_;
  WriteQueue queue_;
  Packer packer_;
  Memtable memtable_;
  std::optional<LogMode> log_;
  std::optional<Error> broken_;
};

}  // namespace posse::lmdb
