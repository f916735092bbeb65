/// The replaced calls: the linker prefers a program's own definitions to those of its libraries.
// SPDX-License-Identifier: Apache-2.0
//
// A library of its own, put before the others by LD_PRELOAD, would see the same calls; inside the
// program the answers that the callers get stand in the same order as the calls, under one lock.
// Nothing is believed of this file: whoever uses a trace compares what it comes to with the disk,
// and a sync that it does not see makes more states, not fewer.
#include "crash/recorder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include <lmdb.h>

namespace posse::testing {
namespace {

/// Of the whole program, as the calls it stands in for are.
struct Recorder {
  std::mutex mutex;
  std::string directory;  ///< Empty while nothing is recorded.
  Fault fault;
  MDB_env* env = nullptr;  ///< The store's.
  ino_t file = 0;          ///< Of the data file; 0 before anything was written.
  Trace trace;
};

Recorder& recorder() {
  static Recorder recorder;
  return recorder;
}

std::string path_of(int file) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  return {path.data(), static_cast<std::size_t>(std::max(size, ssize_t{0}))};
}

void record(Event::Kind kind, std::uint64_t place = 0, std::string bytes = {}) {
  recorder().trace.push_back({kind, place, std::move(bytes)});
}

/// Whether `file` is the store's log. Under the lock.
bool is_log(int file) {
  return !recorder().directory.empty() && path_of(file) == recorder().directory + "/log.mdb";
}

/// Whether `file` is the store's data file, under whatever name. Under the lock.
bool is_data(int file) {
  if (recorder().directory.empty()) return false;
  const std::string path = path_of(file);
  if (!path.starts_with(recorder().directory + "/") || path.ends_with("/lock.mdb")) return false;
  if (is_log(file)) return false;
  struct stat status{};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  if (recorder().file == status.st_ino) return true;
  if (recorder().file != 0) record(Event::Kind::unknown);
  recorder().file = status.st_ino;
  if (path == recorder().directory + "/data.mdb") record(Event::Kind::named);
  return true;
}

/// Which directory that the store's name depends on `file` is, if so. Under the lock.
std::optional<Event::Kind> directory_kind(int file) {
  if (recorder().directory.empty()) return std::nullopt;
  const std::filesystem::path path = path_of(file);
  if (path == recorder().directory) return Event::Kind::directory_synced;
  if (path == std::filesystem::path(recorder().directory).parent_path()) {
    return Event::Kind::parent_synced;
  }
  return std::nullopt;
}

/// Whether the data file has got its name. Under the lock.
bool has_name() {
  struct stat status{};
  return !recorder().directory.empty() &&
         ::stat((recorder().directory + "/data.mdb").c_str(), &status) == 0 &&
         status.st_ino == recorder().file;
}

/// Makes a call that writes, and records as much of `bytes` as it has written.
template <class Call>
ssize_t write_at(int file, off_t place, const std::string& bytes, Call call) {
  const std::lock_guard lock(recorder().mutex);
  const bool is_logged = is_log(file);
  const bool is_recorded = is_logged || is_data(file);
  const ssize_t count = call();
  if (!is_recorded || count <= 0) return count;
  if (is_logged && recorder().fault.logging_flags != 0 && bytes.front() != '\0') {
    (void)::mdb_env_set_flags(recorder().env, recorder().fault.logging_flags, 1);
  }
  const bool is_durable =
      (::fcntl(file, F_GETFL) & O_DSYNC) != 0 && !(is_logged && recorder().fault.is_log_unsynced);
  record(is_durable ? Event::Kind::durable_write : Event::Kind::write,
         static_cast<std::uint64_t>(place) + (is_logged ? 0 : log_span),
         bytes.substr(0, static_cast<std::size_t>(count)));
  return count;
}

int sync_file(int file, long call) {
  const int code = static_cast<int>(::syscall(call, file));
  if (code != 0) return code;
  const std::lock_guard lock(recorder().mutex);
  if (is_log(file)) {
    if (!recorder().fault.is_log_unsynced) record(Event::Kind::synced, 0);
  } else if (is_data(file)) {
    record(Event::Kind::synced, log_span);
  } else if (const auto kind = directory_kind(file)) {
    record(*kind);
  }
  return code;
}

std::string text_of(const void* bytes, std::size_t count) {
  return {static_cast<const char*>(bytes), count};
}

std::string text_of(const iovec* parts, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += text_of(parts[i].iov_base, parts[i].iov_len);
  return text;
}

}  // namespace

Recording::Recording(const std::filesystem::path& directory, const Fault& fault) {
  const std::lock_guard lock(recorder().mutex);
  recorder().directory = std::filesystem::absolute(directory).string();
  recorder().fault = fault;
  recorder().file = 0;
  recorder().trace.clear();
}

Recording::~Recording() {
  const std::lock_guard lock(recorder().mutex);
  recorder().directory.clear();
  recorder().fault = {};
}

std::size_t Recording::position() {
  const std::lock_guard lock(recorder().mutex);
  return recorder().trace.size();
}

void Recording::acknowledge(std::uint64_t version) {
  const std::lock_guard lock(recorder().mutex);
  record(Event::Kind::acknowledged, version);
}

Trace Recording::take() {
  const std::lock_guard lock(recorder().mutex);
  return std::exchange(recorder().trace, {});
}

}  // namespace posse::testing

using namespace posse::testing;

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  const off_t place = ::lseek(file, 0, SEEK_CUR);
  return write_at(file, place, text_of(bytes, count),
                  [=] { return ::syscall(SYS_write, file, bytes, count); });
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t place) {
  return write_at(file, place, text_of(bytes, count),
                  [=] { return ::syscall(SYS_pwrite64, file, bytes, count, place); });
}

ssize_t writev(int file, const iovec* parts, int count) {
  const off_t place = ::lseek(file, 0, SEEK_CUR);
  return write_at(file, place, text_of(parts, count),
                  [=] { return ::syscall(SYS_writev, file, parts, count); });
}

ssize_t pwritev(int file, const iovec* parts, int count, off_t place) {
  return write_at(file, place, text_of(parts, count),
                  [=] { return ::syscall(SYS_pwritev, file, parts, count, place, 0); });
}

int ftruncate(int file, off_t size) noexcept {
  const std::lock_guard lock(recorder().mutex);
  if (is_log(file) || is_data(file)) record(Event::Kind::unknown);
  return static_cast<int>(::syscall(SYS_ftruncate, file, size));
}

// tidy: allow(leftovers) the C library's name for the call replaced here
// tidy: allow(sizes) and its parameters
int renameat2(int from, const char* name, int to, const char* new_name, unsigned flags) noexcept {
  const std::lock_guard lock(recorder().mutex);
  const bool was_named = has_name();
  const int code = static_cast<int>(::syscall(SYS_renameat2, from, name, to, new_name, flags));
  if (!was_named && has_name()) record(Event::Kind::named);
  return code;
}

int fdatasync(int file) {
  return sync_file(file, SYS_fdatasync);
}

int fsync(int file) {
  return sync_file(file, SYS_fsync);
}

// A terabyte of address space is no difference to a file, but a third of the time that opening
// takes.
int mdb_env_set_mapsize(MDB_env* env, size_t size) {
  using SetSize = int (*)(MDB_env*, size_t);
  static const auto set_size = reinterpret_cast<SetSize>(::dlsym(RTLD_NEXT, "mdb_env_set_mapsize"));
  const bool is_recorded = !recorder().directory.empty();
  return set_size(env, is_recorded ? size : std::min(size, size_t{1} << 26U));
}

int mdb_env_open(MDB_env* env, const char* path, unsigned flags, mdb_mode_t mode) {
  using Open = int (*)(MDB_env*, const char*, unsigned, mdb_mode_t);
  static const auto open = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, "mdb_env_open"));
  // The driver makes a new file outside of a store's directory, as LMDB sees it; the fault begins
  // when there is something to lose.
  const bool is_store = (flags & (MDB_NOSUBDIR | MDB_RDONLY)) == 0;
  if (is_store && !recorder().directory.empty()) recorder().env = env;
  return open(env, path, flags | (is_store ? recorder().fault.lmdb_flags : 0U), mode);
}

}  // extern "C"
