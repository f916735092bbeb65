/// Beginning and ending, logging, flushing.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log_mode.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <utility>

#include "stores/lmdb/commit_end.h"
#include "stores/lmdb/failure.h"
#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

using namespace std::chrono_literals;

/// How far the file may be behind: what an opening after a kill has to catch up with, and how old a
/// copy of the file alone may be.
constexpr std::chrono::milliseconds flush_period = 2s;
constexpr std::chrono::milliseconds pause_when_asked = 100ms;
constexpr auto window = 1s;

/// Room for the largest request, with its page.
constexpr std::size_t room_min = value_bytes_max + std::size_t{8} * 1024;

/// What a recovery puts into the file at a time: a few megabytes, where each changes a page.
constexpr std::size_t documents_of_a_piece = 2'000;

/// How long a log is not tried again that could not be made, or had to be given up.
constexpr auto rest_after_failure = 30s;

constexpr const char* writing = "cannot write";

Error stopped(const std::string& why) {
  return Error{Errc::unavailable, "the store has stopped: " + why + "; reopen it"};
}

/// Sets `*context` when a line of LMDB's table of readers begins with another process's id.
int look_for_others(const char* line, void* context) {
  const long process = std::strtol(line, nullptr, 10);
  if (process != 0 && process != ::getpid()) *static_cast<bool*>(context) = true;
  return 0;
}

}  // namespace

void LogMode::wait() {
  if (flush_.valid()) flush_.wait();
}

Result<bool> LogMode::arrive(const std::function<void()>& recovers) {
  if (!is_placed_) {
    const int code = presence_.open(environment_.directory().data_path());
    if (code != 0) return failure(code, "cannot open the store");
    is_placed_ = true;
  }
  if (presence_.try_share()) {
    LogState state;
    if (const int code = read_log_state(environment_, state); code != 0) {
      return failure(code, "cannot open the store");
    }
    if (!state.is_logged) {
      presence_.stop_asking();
      return true;
    }
    if (!presence_.has_locks()) {
      return Error{Errc::unavailable,
                   "cannot open the store: it was logged to, and there are no "
                   "locks of open files here (F_OFD_SETLK)"};
    }
    // Whoever shares the store does not log: this was left by a process that is gone.
    presence_.leave();
  }
  if (!presence_.try_own()) return false;
  auto wrong = recover(recovers);
  (void)presence_.try_share();
  presence_.stop_asking();
  if (wrong) return *std::move(wrong);
  return true;
}

std::optional<Error> LogMode::recover(const std::function<void()>& recovers) {
  LogState state;
  int code = read_log_state(environment_, state);
  if (code != 0) return failure(code, "cannot open the store");
  if (!state.is_logged) return std::nullopt;
  recovers();
  std::vector<LoggedRecord> records;
  const LogEnd end = read_log(environment_.directory(), state.mark, records);
  // A copy of the file alone is the store as it was when its log was last flushed.
  const bool is_copy = end == LogEnd::missing && environment_.is_fresh();
  if (end != LogEnd::complete && !is_copy) return refuse_log(end);
  return take_over(records, state);
}

/// Until the last piece stands in the file, the file says that the log has more.
std::optional<Error> LogMode::take_over(std::vector<LoggedRecord>& records, LogState state) {
  auto record = records.begin();
  do {
    Generation documents;
    const std::size_t enough = documents_of_a_piece;
    for (; record != records.end() && documents.size() < enough; ++record) {
      for (Memtable::Write& write : record->writes) {
        state.versions = static_cast<std::uint64_t>(write.document.version);
        documents.put(memtable_.hashed(write.key.text()).hash, write);
      }
      state.mark = record->behind;
    }
    state.is_logged = record != records.end();
    const int code = write_down(environment_, packer_, sorted(documents.all()), state);
    if (code != 0) {
      const bool is_full = end_of_commit(environment_, code) == CommitEnd::full;
      return failure(is_full ? ENOSPC : code, "cannot take over the store's log");
    }
  } while (state.is_logged);
  return std::nullopt;
}

Error LogMode::refuse_log(LogEnd end) const {
  const std::string where = "cannot open the store in " + environment_.directory().path() + ": ";
  if (end == LogEnd::damaged) {
    return Error{Errc::unreadable, where +
                                       "its log.mdb is damaged, and with it the last writes; "
                                       "or data.mdb is an older copy: remove log.mdb and "
                                       "lock.mdb to open it as it was"};
  }
  if (end == LogEnd::unreadable) {
    return Error{Errc::unavailable, where + "its log.mdb cannot be read"};
  }
  return Error{Errc::unreadable, where +
                                     "its log.mdb is missing or another's, and with it the last "
                                     "writes; if data.mdb is a copy, remove log.mdb and lock.mdb"};
}

std::optional<Error> LogMode::count_transaction() {
  note_window(Clock::now());
  if (++transactions_ < plan_.transactions_min) return std::nullopt;
  transactions_ = 0;
  if (Clock::now() < not_before_ || has_little_room() || !presence_.try_own()) return std::nullopt;
  const bool is_tried = is_alone();
  auto wrong = is_tried ? begin() : std::nullopt;
  if (is_on_) return wrong;
  if (is_tried) not_before_ = Clock::now() + rest_after_failure;
  (void)presence_.try_share();
  return wrong;
}

void LogMode::note_window(Clock::time_point now) {
  if (now < window_end_) return;
  is_slow_ = transactions_ < plan_.transactions_min / 4;
  is_watched_ = is_on_ && !is_alone();
  transactions_ = 0;
  window_end_ = now + window;
}

/// LMDB's table names also those who do not know of the presence: programs of LMDB's, nodes of an
/// older version.
bool LogMode::is_alone() const {
  environment_.clear_killed_readers();
  bool has_others = presence_.is_asked();
  (void)mdb_reader_list(environment_.handle(), look_for_others, &has_others);
  return !has_others;
}

/// Every document may change a page of its own in the file, and the pages above it; the file must
/// be able to take all that was answered.
bool LogMode::has_little_room() const {
  constexpr std::size_t pages_each = 2;
  // More to begin than to go on, so that a disk that is nearly full is not begun on again and
  // again.
  const std::size_t reserve_bytes = std::size_t{is_on_ ? 8U : 24U} * 1024 * 1024;
  const std::size_t needed = memtable_.documents() * pages_each * log_page_bytes +
                             (is_on_ ? 2 * log_.used() : 0) + reserve_bytes;
  return environment_.directory().has_less_room_than(needed);
}

/// A log that cannot be made is no harm: LMDB's file goes on to take the writes.
std::optional<Error> LogMode::begin() {
  if (log_.begin(environment_.directory(), plan_) != 0) return std::nullopt;
  if (begin_reading() != 0) return std::nullopt;
  mdb_txn_reset(reading_->handle());
  LogState state;
  int code = read_log_state(environment_, state);
  if (code != 0) return std::nullopt;
  state.is_logged = true;
  state.mark = log_.mark();
  code = write_down(environment_, packer_, {}, state);
  if (code != 0) {
    const CommitEnd end = end_of_commit(environment_, code);
    if (end == CommitEnd::full || end == CommitEnd::failed) return std::nullopt;
    return stopped("a sync to the disk failed");
  }
  versions_ = state.versions;
  refusal_.reset();
  is_slow_ = false;
  is_short_ = false;
  window_end_ = Clock::now() + window;
  is_on_ = true;
  // Somebody who does not know of the presence may have come before the file said so.
  is_watched_ = !is_alone();
  return std::nullopt;
}

std::optional<Error> LogMode::turn() {
  const auto now = Clock::now();
  note_window(now);
  // What the log has stays there for whoever opens the store next.
  if (auto wrong = environment_.directory().refuse_other_lock()) return wrong;
  if (flush_.valid() && flush_.wait_for(0s) != std::future_status::timeout) {
    if (auto wrong = finish_flush()) return wrong;
  }
  // Whatever is due, nobody waits for a flush: the log still takes writes.
  if (flush_.valid()) return std::nullopt;
  const bool is_asked = presence_.is_asked();
  // A disk that is full is asked again once in a while, and sooner if another process waits.
  const auto pause = is_asked ? pause_when_asked : flush_period;
  if (refusal_ && now < oldest_ + pause) return std::nullopt;
  const bool is_given_up = has_little_room() || !log_.is_in(environment_.directory());
  if (is_given_up) not_before_ = now + rest_after_failure;
  if (is_given_up || is_slow_ || is_watched_ || is_asked) return end();
  if (is_flush_due(now)) start_flush();
  return std::nullopt;
}

bool LogMode::is_flush_due(Clock::time_point now) const {
  if (memtable_.documents() == 0 && !refusal_) return false;
  return now >= oldest_ + flush_period || log_.is_half_full();
}

/// Freezes what there is, unless an earlier flush has failed and what it froze is still to be done.
void LogMode::start_flush() {
  if (!memtable_.has_frozen()) {
    freeze(true);
  }
  flushing_.is_logged = true;
  is_short_ = is_short_ || log_.is_half_full();
  const bool is_longer = is_short_ && log_.extension() > 0 &&
                         !environment_.directory().has_less_room_than(4 * log_.extension());
  oldest_ = Clock::now();
  const auto flush = [this, is_longer, frozen = memtable_.frozen()] {
    outdated_.reset();
    const int code = write_down(environment_, packer_, sorted(frozen->all()), flushing_);
    if (code == 0 && is_longer) log_.extend();
    return code;
  };
  flush_ = std::async(std::launch::async | std::launch::deferred, flush);
  is_short_ = false;
}

void LogMode::freeze(bool is_logged) {
  outdated_ = memtable_.freeze();
  flushing_ = LogState{is_logged, log_.mark(), versions_};
  has_records_ = log_.used() > 0;
}

std::optional<Error> LogMode::finish_flush() {
  return judge_flush(flush_.get());
}

/// What was logged is durable whatever becomes of the flush, and its documents stay frozen.
std::optional<Error> LogMode::judge_flush(int code) {
  if (code == 0) {
    if (has_records_) log_.release(flushing_.mark);
    log_.adopt();
    memtable_.settle();
    refusal_.reset();
    return std::nullopt;
  }
  switch (end_of_commit(environment_, code)) {
    case CommitEnd::full:
      refusal_ = failure(ENOSPC, writing);
      return std::nullopt;
    case CommitEnd::failed:
      refusal_ = failure(code, writing);
      return std::nullopt;
    case CommitEnd::unsynced:
    case CommitEnd::unknown:
      break;
  }
  return stopped("a sync to the disk failed");
}

Result<std::size_t> LogMode::make_room() {
  const std::size_t enough = std::min(room_min, plan_.bytes_max / 4);
  while (log_.room() < enough && !refusal_) {
    is_short_ = true;
    if (!flush_.valid()) start_flush();
    if (auto wrong = finish_flush()) return *std::move(wrong);
  }
  return std::max(log_.room(), enough);
}

std::optional<Error> LogMode::write(Requests& requests) {
  ++transactions_;
  int code = refusal_ ? 0 : begin_reading();
  if (code != 0) refusal_ = failure(code, writing);
  if (refusal_) {
    for (Request& request : requests) request.outcome = *refusal_;
    return std::nullopt;
  }
  writes_.clear();
  fresh_.clear();
  writes_.reserve(requests.size());  // They stay where they are: their keys are looked at.
  for (Request& request : requests) decide(request);
  mdb_txn_reset(reading_->handle());
  if (writes_.empty()) return std::nullopt;
  return log_and_publish(requests);
}

/// The place in LMDB's table is kept; what was read is not, since the file would grow.
int LogMode::begin_reading() {
  if (reading_) return mdb_txn_renew(reading_->handle());
  reading_.emplace(environment_.handle(), unsigned{MDB_RDONLY});
  const int code = reading_->begun();
  if (code != 0) reading_.reset();
  return code;
}

LogMode::Known LogMode::look_up(const HashedKey& key, Version& version) {
  if (const auto fresh = fresh_.find(key); fresh != fresh_.end()) {
    version = fresh->second;
    return Known::present;
  }
  if (const auto recent = memtable_.version_of(key)) {
    version = *recent;
    return Known::present;
  }
  MDB_val name = value_of(key.text);
  MDB_val record{};
  const int code = mdb_get(reading_->handle(), environment_.documents(), &name, &record);
  if (code == MDB_NOTFOUND) return Known::absent;
  if (code != 0 || !is_record(record)) return Known::damaged;
  version = version_of(record);
  return Known::present;
}

void LogMode::decide(Request& request) {
  request.outcome = Written{Write::done, {}};
  Order& order = request.order;
  if (order.kind == Order::Kind::nothing) return;
  Version known{};
  HashedKey key = memtable_.hashed(order.key.text());
  const Known found = look_up(key, known);
  if (found == Known::damaged) {
    request.outcome = failure(MDB_CORRUPTED, writing);
    return;
  }
  const bool is_wanted = order.kind == Order::Kind::add
                             ? found == Known::absent
                             : found == Known::present && known == order.expected;
  if (!is_wanted) {
    request.outcome = Written{Write::refused, {}};
    return;
  }
  const Version version{++versions_};
  request.outcome = Written{Write::done, version};
  writes_.push_back({std::move(order.key), {version, std::move(order.value)}});
  key.text = writes_.back().key.text();
  fresh_.insert_or_assign(key, version);
}

std::optional<Error> LogMode::log_and_publish(Requests& requests) {
  if (const int code = log_.append(writes_); code != 0) {
    // Those that were refused too, for they may have met one of these writes.
    for (Request& request : requests) {
      if (request.outcome) request.outcome = Written{Write::unknown, {}};
    }
    return stopped("a write to its log failed");
  }
  if (memtable_.bytes() == 0 && !flush_.valid()) oldest_ = Clock::now();
  memtable_.publish(writes_);
  return std::nullopt;
}

std::optional<Error> LogMode::end() {
  if (flush_.valid()) {
    if (auto wrong = finish_flush()) return wrong;
  }
  // Twice at most: what an earlier flush has frozen, and what came later.
  while (memtable_.has_frozen()) {
    start_flush();
    if (auto wrong = finish_flush()) return wrong;
    if (refusal_) return std::nullopt;
  }
  freeze(false);
  oldest_ = Clock::now();
  const int code = write_down(environment_, packer_, sorted(memtable_.frozen()->all()), flushing_);
  if (auto wrong = judge_flush(code)) return wrong;
  if (refusal_) return std::nullopt;
  memtable_.forget();
  outdated_.reset();
  is_on_ = false;
  is_slow_ = false;
  (void)presence_.try_share();
  return std::nullopt;
}

}  // namespace posse::lmdb
