/// The ring.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace posse::lmdb {
namespace {

/// What is filled with zeros at a time.
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

/// Where records go on when the end is reached: behind the start, which says whose log it is.
constexpr std::size_t first_place = log_page_bytes;

/// Writes all of `bytes`. A write that is cut short has met a full disk or the end of a limit.
int write_all(int file, std::string_view bytes, std::size_t place) {
  const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(place));
  if (count < 0) return errno;
  return static_cast<std::size_t>(count) == bytes.size() ? 0 : ENOSPC;
}

/// Writes zeros from `from` to `to` and syncs them: a write to a place that has been written needs
/// no news of the file system, and is durable in half the time. On failure the file ends at `from`.
int fill(int file, std::size_t from, std::size_t to) {
  if (from >= to) return 0;
  const std::string zeros(std::min(piece_bytes, to - from), '\0');
  int code = 0;
  for (std::size_t place = from; place < to && code == 0; place += zeros.size()) {
    const std::size_t count = std::min(zeros.size(), to - place);
    code = write_all(file, std::string_view(zeros).substr(0, count), place);
  }
  if (code == 0 && ::fdatasync(file) != 0) code = errno;
  if (code != 0) (void)::ftruncate(file, static_cast<off_t>(from));
  return code;
}

void close_file(int& file) {
  if (file >= 0) ::close(std::exchange(file, -1));
}

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

}  // namespace

void Log::Free::operator()(char* bytes) const {
  std::free(bytes);
}

Log::~Log() {
  close_file(file_);
  close_file(plain_file_);
}

int Log::begin(const Directory& directory, const LogPlan& plan) {
  bytes_max_ = plan.bytes_max;
  mark_ = LogMark{draw_log_key()};
  tail_ = mark_.place;
  // Anew each time: the file may have been removed since.
  close_file(file_);
  close_file(plain_file_);
  int code = open(directory, plan.bytes_min);
  if (code == 0) code = probe();
  if (code == 0) code = directory.sync();
  return code;
}

int Log::open(const Directory& directory, std::size_t bytes_min) {
  path_ = directory.log_path();
  // Not a link: two stores must not have one log.
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  plain_file_ = ::open(path_.c_str(), flags, S_IRUSR | S_IWUSR);
  struct stat status{};
  if (plain_file_ < 0 || ::fstat(plain_file_, &status) != 0) return errno;
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1) return EMLINK;
  bytes_ = static_cast<std::size_t>(status.st_size) / log_page_bytes * log_page_bytes;
  const int code = fill(plain_file_, bytes_, bytes_min);
  if (code != 0) return code;
  bytes_ = std::max(bytes_, bytes_min);
  bytes_max_ = std::max(bytes_, bytes_max_);
  extended_bytes_ = bytes_;
  return 0;
}

/// Writes the start, and the last page, as records will be written: not every file system that
/// opens a file for writing past the cache can do it, and a limit may have come since it was
/// filled.
int Log::probe() {
  const std::string last(record_head_bytes, '\0');
  int code = open_durable(O_DIRECT);
  if (code == 0) code = write(last, bytes_ - log_page_bytes);
  if (code == EINVAL) {
    code = open_durable(0);
    if (code == 0) code = write(last, bytes_ - log_page_bytes);
  }
  return code == 0 ? write(make_record(mark_.key, 0, {}), 0) : code;
}

/// The same file once more, whatever has its name by now.
int Log::open_durable(int flags) {
  close_file(file_);
  file_ = ::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_DSYNC | O_CLOEXEC | flags);
  struct stat status{};
  struct stat plain{};
  if (file_ < 0 || ::fstat(file_, &status) != 0 || ::fstat(plain_file_, &plain) != 0) return errno;
  return is_same(status, plain) ? 0 : EAGAIN;
}

bool Log::is_in(const Directory& directory) const {
  struct stat named{};
  struct stat open{};
  return ::lstat(directory.log_path().c_str(), &named) == 0 && ::fstat(file_, &open) == 0 &&
         is_same(named, open);
}

/// A record never goes up to the oldest one, so that equal ends mean an empty ring.
std::size_t Log::room() const {
  if (mark_.place == tail_) return bytes_ - first_place;
  if (mark_.place < tail_) return tail_ - mark_.place - log_page_bytes;
  const std::size_t before = tail_ == first_place ? 0 : tail_ - first_place - log_page_bytes;
  return std::max<std::size_t>(bytes_ - mark_.place, before);
}

std::size_t Log::used() const {
  if (mark_.place >= tail_) return mark_.place - tail_;
  return bytes_ - tail_ + mark_.place - first_place;
}

void Log::extend() {
  const std::size_t bytes = bytes_ + extension();
  if (bytes > bytes_ && fill(plain_file_, bytes_, bytes) == 0) extended_bytes_ = bytes;
}

void Log::adopt() {
  bytes_ = extended_bytes_;
}

int Log::append(const std::vector<Memtable::Write>& writes) {
  const std::string record = make_record(mark_.key, mark_.number + 1, writes);
  const std::size_t bytes = whole_pages(record.size());
  const bool is_empty = mark_.place == tail_;
  const std::size_t place = bytes_ - mark_.place >= bytes ? mark_.place : first_place;
  if (const int code = write(record, place); code != 0) return code;
  if (is_empty) tail_ = place;
  mark_.place = place + bytes;
  ++mark_.number;
  return 0;
}

int Log::write(std::string_view record, std::size_t place) {
  const std::size_t bytes = whole_pages(record.size());
  if (bytes > pages_bytes_) {
    void* memory = nullptr;
    const int code = ::posix_memalign(&memory, log_page_bytes, bytes);
    if (code != 0) return code;
    pages_.reset(static_cast<char*>(memory));
    pages_bytes_ = bytes;
  }
  std::memcpy(pages_.get(), record.data(), record.size());
  std::memset(pages_.get() + record.size(), 0, bytes - record.size());
  return write_all(file_, {pages_.get(), bytes}, place);
}

}  // namespace posse::lmdb
