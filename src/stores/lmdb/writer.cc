/// The writer thread: lock, take, apply, commit, answer.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/writer.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <pthread.h>
#include <utility>

#include "stores/lmdb/apply.h"
#include "stores/lmdb/commit_end.h"
#include "stores/lmdb/failure.h"

namespace posse::lmdb {
namespace {

/// One transaction's worth. Large enough for thousands of small writes to share a sync, small
/// enough to be on any disk in a fraction of a deadline.
constexpr std::size_t batch_bytes_max = std::size_t{32} * 1024 * 1024;

/// What a killed process still pins down is freed after this; a second's worth of writes fits
/// into any disk that has room at all.
constexpr std::chrono::seconds readers_period(1);

/// While it logs, how soon another process is heard that asks for the store.
constexpr std::chrono::milliseconds log_period(5);
/// How often a process that waits to be let in looks.
constexpr std::chrono::milliseconds arrival_pause(2);

constexpr const char* writing = "cannot write";

/// How long putting a killed process's log into the file may take: work, and no waiting for others.
/// Whoever is ended meanwhile has done a part of it.
constexpr std::chrono::minutes recovery_patience(10);

constexpr const char* not_going_on = ": another process holds its lock and does not go on";
constexpr const char* too_long = ": its log is still not in the file after 10 minutes; go on";

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
                                              std::chrono::milliseconds deadline,
                                              const LogPlan& plan) {
  auto writer = std::make_shared<Writer>();
  const std::string path = directory.path();
  // std::function wants to copy, a claim cannot be copied.
  auto shared = std::make_shared<Directory>(std::move(directory));
  writer->thread_ = start_without_signals([writer, shared, plan]() mutable {
    writer->run(std::move(*std::exchange(shared, nullptr)), plan);
  });
  const bool has_place = writer->wait_for(Stage::recovering, deadline);
  if (!has_place || !writer->wait_for(Stage::open, recovery_patience)) {
    // The thread ends as if the last of its callers had left.
    (void)writer->queue_.leave(writer->queue_.join([] {}));
    writer->thread_.detach();
    return Error{Errc::unavailable,
                 "cannot open the store in " + path + (has_place ? too_long : not_going_on)};
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

void Writer::run(Directory directory, const LogPlan& plan) {
  opening_failed_ = open(std::move(directory), plan);
  if (!opening_failed_) {
    enter(Stage::open);
    work();
    log_->wait();
  }
  enter(Stage::ended);
}

std::optional<Error> Writer::open(Directory directory, const LogPlan& plan) {
  auto opened = Environment::open(std::move(directory));
  if (!opened) return std::move(opened.error());
  environment_ = *std::move(opened);
  log_.emplace(*environment_, memtable_, plan);
  for (;;) {
    auto arrived = log_->arrive([this] { enter(Stage::recovering); });
    if (!arrived) return std::move(arrived.error());
    if (*arrived) return std::nullopt;
    const auto pause = std::chrono::steady_clock::now() + arrival_pause;
    if (queue_.wait(pause) == WriteQueue::Work::stop) {
      return Error{Errc::unavailable, "nobody waits any more"};
    }
  }
}

void Writer::work() {
  Instant check = std::chrono::steady_clock::now() + readers_period;
  Instant turn = std::chrono::steady_clock::now();
  for (;;) {
    const bool turns = log_->is_on() && !broken_;
    const auto work = queue_.wait(turns ? std::min(check, turn) : check);
    if (work == WriteQueue::Work::stop) break;
    const Instant now = std::chrono::steady_clock::now();
    // Not before each record: it asks the system for five things.
    if (turns && now >= turn) {
      broken_ = log_->turn();
      if (broken_) queue_.finish(broken_);
      turn = now + log_period;
    }
    if (work == WriteQueue::Work::write) write_waiting();
    if (now >= check) {
      environment_->clear_killed_readers();
      check = now + readers_period;
    }
  }
  if (log_->is_on() && !broken_) (void)log_->end();
}

void Writer::write_waiting() {
  if (log_->is_on()) return write_to_log();
  write_to_file();
  if (!broken_) broken_ = log_->count_transaction();
}

void Writer::write_to_log() {
  std::size_t room = batch_bytes_max;
  if (!broken_) {
    auto made = log_->make_room();
    if (made) {
      room = std::min(room, *made);
    } else {
      broken_ = std::move(made.error());
    }
  }
  Requests& requests = queue_.take(room);
  if (broken_) {
    answer(requests, *broken_);
  } else if (!requests.empty()) {
    broken_ = log_->write(requests);
  }
  queue_.finish(broken_);
}

void Writer::write_to_file() {
  // LMDB's lock first: it can take for ever. Until then requests stay in the queue, where an
  // overdue one can be withdrawn, which makes it certain that it was not done.
  std::optional<Transaction> transaction;
  if (!broken_) begin(transaction);
  if (!broken_) broken_ = environment_->directory().refuse_other_lock();
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

void Writer::settle(Requests& requests, int commit_code) {
  if (commit_code == 0) return;
  switch (end_of_commit(*environment_, commit_code)) {
    case CommitEnd::full:
      return answer(requests, failure(ENOSPC, writing));
    case CommitEnd::failed:
      return answer(requests, failure(commit_code, writing));
    case CommitEnd::unsynced:
      broken_ =
          Error{Errc::unavailable, "the store has stopped: a sync to the disk failed; reopen it"};
      return answer(requests, *broken_);
    case CommitEnd::unknown:
      broken_ = failure(MDB_PANIC, "the store has stopped");
      return answer(requests, Written{Write::unknown, {}});
  }
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
