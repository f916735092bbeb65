/// Opening the LMDB file without harming one that is not ours.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/environment.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <thread>

#include "stores/lmdb/failure.h"
#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

constexpr const char* documents_name = "documents";

/// One per open store; far more than one machine runs. Fixed by whoever creates the lock file.
constexpr unsigned readers_max = 1024;
/// LMDB 0.9 spends one cache line per reader after a header of a few.
constexpr std::size_t lock_bytes = std::size_t{readers_max} * 64 + 4096;

/// LMDB's opening can meet another process half-way through its own. 10 x 20 ms outlasts that.
constexpr int attempts_max = 10;
constexpr std::chrono::milliseconds attempt_pause(20);

bool is_transient(int code) {
  return code == EAGAIN || code == EINVAL || code == EBUSY || code == ENOENT ||
         code == MDB_INVALID || code == MDB_VERSION_MISMATCH;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char digit) { return digit >= '0' && digit <= '9'; });
}

/// A page that LMDB cannot have written ends the process: LMDB would abort anyway, with less to
/// say.
void end_on_damage(MDB_env* /*env*/, const char* what) {
  (void)std::fprintf(stderr, "posse: the store's file is damaged (%s)\n", what);
  std::_Exit(EXIT_FAILURE);
}

MDB_env* create() {
  MDB_env* env = nullptr;
  if (mdb_env_create(&env) != 0) return nullptr;
  (void)mdb_env_set_assert(env, end_on_damage);
  return env;
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::open(Directory directory) {
  auto environment = std::unique_ptr<Environment>(new Environment(std::move(directory)));
  if (auto error = environment->create_file()) return *std::move(error);
  if (auto error = environment->open_patiently()) return *std::move(error);
  if (auto error = environment->adopt_layout()) return *std::move(error);
  return environment;
}

/// Finishes a new file under another name. LMDB writes its first pages into place and syncs them
/// later: a power cut in between would leave a file that nobody can open.
std::optional<Error> Environment::create_file() {
  if (auto refusal = directory_.refuse_second_name()) return refusal;
  if (directory_.has_data()) return std::nullopt;
  std::string draft;
  if (const int code = directory_.make_draft(draft); code != 0) return cannot_open(code);
  auto error = fill_draft(draft);
  handle_.reset();
  if (error) {
    (void)std::remove(draft.c_str());
    return error;
  }
  if (const int code = directory_.publish(draft); code != 0) return cannot_open(code);
  return std::nullopt;
}

std::optional<Error> Environment::fill_draft(const std::string& draft) {
  handle_.reset(create());
  if (!handle_) return cannot_open(ENOMEM);
  int code = mdb_env_set_maxdbs(handle_.get(), 1);
  if (code == 0) code = mdb_env_set_mapsize(handle_.get(), directory_.map_bytes());
  if (code == 0) {
    code = mdb_env_open(handle_.get(), draft.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, S_IRUSR | S_IWUSR);
  }
  if (code != 0) return cannot_open(code);
  return create_layout();
}

std::optional<Error> Environment::open_patiently() {
  int code = 0;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(attempt_pause);
    std::optional<Error> refusal;
    code = refuse_foreign(refusal);
    if (refusal) return refusal;
    if (code == 0) code = open_file();
    if (!is_transient(code)) break;
  }
  if (code == 0) return std::nullopt;
  return cannot_open(code);
}

/// Looks without LMDB's lock file first, because LMDB would create one beside a foreign database.
int Environment::refuse_foreign(std::optional<Error>& refusal) {
  if (!directory_.has_data()) return 0;
  const Handle env(create());
  if (!env) return ENOMEM;
  const int code =
      mdb_env_open(env.get(), directory_.path().c_str(), MDB_RDONLY | MDB_NOLOCK, S_IRUSR);
  // With a lock file others may be writing, and only a look under the lock can be trusted; then
  // there is nothing left to create either.
  if (code != 0 || directory_.has_lock()) return code;
  const Transaction transaction(env.get(), MDB_RDONLY);
  if (transaction.begun() != 0) return transaction.begun();
  bool is_empty = false;
  refusal = look(transaction.handle(), is_empty);
  return 0;
}

int Environment::open_file() {
  is_fresh_ = is_fresh_ || !directory_.has_lock();
  if (const int code = directory_.reserve_lock(lock_bytes); code != 0) return code;
  handle_.reset(create());
  if (!handle_) return ENOMEM;
  int code = mdb_env_set_maxdbs(handle_.get(), 1);
  if (code == 0) code = mdb_env_set_maxreaders(handle_.get(), readers_max);
  if (code == 0) code = mdb_env_set_mapsize(handle_.get(), directory_.map_bytes());
  // NOTLS: the reading transaction belongs to the store, not to a thread. Never WRITEMAP, with
  // which a full disk is a SIGBUS; never NOSYNC, since the log is dropped when LMDB has it.
  if (code == 0) {
    code = mdb_env_open(handle_.get(), directory_.path().c_str(), MDB_NOTLS, S_IRUSR | S_IWUSR);
  }
  // LMDB asks for a failed handle to be closed; the next attempt makes a new one.
  if (code != 0) handle_.reset();
  if (code == 0) directory_.know_lock();
  return code;
}

/// Says in an Error if the database is not ours; `is_empty` if it is nobody's yet.
std::optional<Error> Environment::look(MDB_txn* transaction, bool& is_empty) const {
  MDB_dbi main = 0;
  unsigned flags = 0;
  MDB_stat statistics{};
  int code = mdb_dbi_open(transaction, nullptr, 0, &main);
  if (code == 0) code = mdb_dbi_flags(transaction, main, &flags);
  if (code == 0) code = mdb_stat(transaction, main, &statistics);
  if (code != 0) return cannot_open(code);
  is_empty = statistics.ms_entries == 0;
  if (is_empty) return std::nullopt;

  MDB_val key = value_of(format_key);
  MDB_val value{};
  // A table of another kind (flags) compares keys its own way: not ours without asking.
  const bool is_named = flags == 0 && mdb_get(transaction, main, &key, &value) == 0;
  const bool is_known = text_of(value) == whole_format || text_of(value) == logged_format;
  if (is_named && is_known) return std::nullopt;
  const std::string where = "cannot open the store in " + directory_.path() + ": ";
  if (is_named && is_number(text_of(value))) {
    return Error{Errc::unreadable, where + "it was written by a newer version of Posse, format " +
                                       std::string(text_of(value))};
  }
  return Error{Errc::unreadable, where + "the database there is not Posse's"};
}

std::optional<Error> Environment::adopt_layout() {
  clear_killed_readers();  // Else a full table of killed readers would refuse our first one.
  bool is_empty = false;
  {
    Transaction transaction(handle_.get(), MDB_RDONLY);
    if (transaction.begun() != 0) return cannot_open(transaction.begun());
    if (auto error = look(transaction.handle(), is_empty)) return error;
    if (!is_empty) {
      if (auto error = open_tables(transaction.handle(), 0)) return error;
      // LMDB keeps table handles only of a transaction that was committed, a reading one too.
      if (const int code = transaction.commit(); code != 0) return cannot_open(code);
    }
  }
  if (is_empty) {
    if (auto error = create_layout()) return error;
  }
  // LMDB syncs the file but not its name, and who has made it may have been killed before he did.
  if (const int code = directory_.sync(); code != 0) return cannot_open(code);
  return std::nullopt;
}

std::optional<Error> Environment::create_layout() {
  Transaction transaction(handle_.get(), 0);
  if (transaction.begun() != 0) return cannot_open(transaction.begun());
  // Another process may have been faster between our look and the lock.
  bool is_empty = false;
  if (auto error = look(transaction.handle(), is_empty)) return error;
  if (auto error = open_tables(transaction.handle(), is_empty ? MDB_CREATE : 0)) return error;
  if (is_empty) {
    const std::array<char, number_bytes> zero{};
    MDB_val key = value_of(format_key);
    MDB_val value = value_of(whole_format);
    int code = mdb_put(transaction.handle(), main_, &key, &value, 0);
    key = value_of(versions_key);
    value = value_of({zero.data(), zero.size()});
    if (code == 0) code = mdb_put(transaction.handle(), main_, &key, &value, 0);
    if (code != 0) return cannot_open(code);
  }
  if (const int code = transaction.commit(); code != 0) return cannot_open(code);
  return std::nullopt;
}

std::optional<Error> Environment::open_tables(MDB_txn* transaction, unsigned flags) {
  int code = mdb_dbi_open(transaction, nullptr, 0, &main_);
  if (code == 0) code = mdb_dbi_open(transaction, documents_name, flags, &documents_);
  if (code == 0) return std::nullopt;
  return cannot_open(code == MDB_NOTFOUND ? MDB_CORRUPTED : code);
}

int Environment::adopt_map() {
  const std::lock_guard lock(map_mutex_);
  map_code_ = mdb_env_set_mapsize(handle_.get(), 0);
  return map_code_;
}

Error Environment::cannot_open(int code) const {
  return failure(code, "cannot open the store in " + directory_.path());
}

}  // namespace posse::lmdb
