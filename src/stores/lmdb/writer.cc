/// The writer thread: lock, take, apply, commit, answer.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/writer.h"

#include <cerrno>
#include <csignal>
#include <pthread.h>
#include <utility>

#include "stores/lmdb/apply.h"
#include "stores/lmdb/failure.h"

namespace posse::lmdb {
namespace {

/// One transaction's worth. Large enough for thousands of small writes to share a sync, small
/// enough to be on any disk in a fraction of a deadline.
constexpr std::size_t batch_bytes_max = std::size_t{32} * 1024 * 1024;

/// What a killed process still pins down is freed after this; a second's worth of writes fits
/// into any disk that has room at all.
constexpr std::chrono::seconds readers_period(1);

/// A disk that is full stops a write in the middle, so hardly anything is left. 1 MiB allows for
/// what file systems keep back.
constexpr std::size_t full_bytes = std::size_t{1024} * 1024;

constexpr const char* writing = "cannot write";

/// Signals belong to the program's own threads. SIGXFSZ is among the blocked, so that a file size
/// limit is an error code and not the end of the process.
std::thread start_without_signals(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigdelset(&all, SIGBUS);  // a page that is missing concerns whoever touches it
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

void answer(Requests& requests, const Result<Written>& outcome) {
  for (Request& request : requests) request.outcome = outcome;
}

}  // namespace

Result<std::shared_ptr<Writer>> Writer::start(Directory directory,
                                              std::chrono::milliseconds deadline) {
  auto writer = std::make_shared<Writer>();
  const std::string path = directory.path();
  // std::function wants to copy, a claim cannot be copied.
  auto shared = std::make_shared<Directory>(std::move(directory));
  writer->thread_ = start_without_signals(
      [writer, shared]() mutable { writer->run(std::move(*std::exchange(shared, nullptr))); });
  if (!writer->wait_for(Stage::open, deadline)) {
    // The thread ends as if the last of its callers had left.
    (void)writer->queue_.leave(writer->queue_.join([] {}));
    writer->thread_.detach();
    return Error{Errc::unavailable, "cannot open the store in " + path +
                                        ": another process holds its lock and does not go on"};
  }
  if (writer->opening_failed_) {
    writer->thread_.join();
    return *writer->opening_failed_;
  }
  return writer;
}

void Writer::stop(std::chrono::milliseconds patience) {
  if (wait_for(Stage::ended, patience)) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void Writer::run(Directory directory) {
  auto opened = Environment::open(std::move(directory));
  if (!opened) {
    opening_failed_ = std::move(opened.error());
    return enter(Stage::ended);
  }
  environment_ = *std::move(opened);
  enter(Stage::open);

  Instant check = std::chrono::steady_clock::now() + readers_period;
  for (;;) {
    const auto work = queue_.wait(check);
    if (work == WriteQueue::Work::stop) break;
    if (work == WriteQueue::Work::write) write_waiting();
    if (const Instant now = std::chrono::steady_clock::now(); now >= check) {
      environment_->clear_killed_readers();
      check = now + readers_period;
    }
  }
  enter(Stage::ended);
}

void Writer::write_waiting() {
  // LMDB's lock first: it can take for ever. Until then requests stay in the queue, where an
  // overdue one can be withdrawn, which makes it certain that it was not done.
  std::optional<Transaction> transaction;
  if (!broken_) begin(transaction);
  if (!broken_ && !environment_->directory().has_known_lock()) {
    broken_ = Error{Errc::unavailable,
                    "the store has stopped: its lock.mdb was removed or replaced while it was "
                    "open; stop all who use it, then audit"};
  }
  Requests& requests = queue_.take(batch_bytes_max);
  if (broken_) {
    answer(requests, *broken_);
  } else if (const int begun = transaction->begun(); begun != 0) {
    answer(requests, failure(begun, writing));
  } else if (const int code = apply(*environment_, packer_, transaction->handle(), requests);
             code != 0) {
    answer(requests, failure(code, writing));
  } else if (!requests.empty()) {
    settle(requests, transaction->commit());
  }
  transaction.reset();
  queue_.finish(broken_);
}

void Writer::begin(std::optional<Transaction>& transaction) {
  transaction.emplace(environment_->handle(), 0U);
  if (transaction->begun() != MDB_MAP_RESIZED) return;
  // A process that sees a larger disk has given the file a larger map.
  transaction.reset();
  environment_->adopt_map();
  transaction.emplace(environment_->handle(), 0U);
}

/// What a commit came to. LMDB 0.9 (mdb_txn_commit) writes the new pages to unused places, syncs
/// them, and only then writes the meta page that refers to them, through a descriptor that syncs by
/// itself. Nothing else makes a transaction count. So:
/// - a write or sync of pages that fails leaves the old state: the transaction did not happen, and
///   it never will, since its places count as unused and are written anew before the next use.
/// - a meta page that fails is the one case where nobody knows: LMDB puts the old content back, but
///   the disk may hold either. LMDB remembers, and refuses every later transaction (MDB_PANIC).
/// A failed sync is no reason for LMDB to stop, but one for us: the kernel may have dropped the
/// pages that it could not write, and report success the next time. A short write comes as the same
/// EIO; it means a full disk, and what tells them apart is whether the disk is full.
void Writer::settle(Requests& requests, int commit_code) {
  if (commit_code == 0) return;
  if (has_lost_the_meta_page()) {
    broken_ = failure(MDB_PANIC, "the store has stopped");
    answer(requests, Written{Write::unknown, {}});
  } else if (is_full(commit_code)) {
    answer(requests, failure(ENOSPC, writing));
  } else if (commit_code == EIO) {
    broken_ =
        Error{Errc::unavailable, "the store has stopped: a sync to the disk failed; reopen it"};
    answer(requests, *broken_);
  } else {
    answer(requests, failure(commit_code, writing));
  }
}

bool Writer::has_lost_the_meta_page() {
  const Transaction probe(environment_->handle(), MDB_RDONLY);
  return probe.begun() == MDB_PANIC;
}

bool Writer::is_full(int code) {
  return says_full(code) ||
         (code == EIO && environment_->directory().has_less_room_than(full_bytes));
}

void Writer::enter(Stage stage) {
  const std::lock_guard lock(stage_mutex_);
  stage_ = stage;
  stage_changed_.notify_all();
}

bool Writer::wait_for(Stage stage, std::chrono::milliseconds patience) {
  std::unique_lock lock(stage_mutex_);
  return stage_changed_.wait_for(lock, patience, [this, stage] { return stage_ >= stage; });
}

}  // namespace posse::lmdb
