/// The ring.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace posse::lmdb {
namespace {

/// What disks write as a whole at best, and what writing past the page cache demands.
constexpr std::size_t page_bytes = 4096;
/// What is filled with zeros at a time.
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

/// Writes all of `bytes`. A write that is cut short has met a full disk or the end of a limit.
int write_all(int file, std::string_view bytes, std::size_t place) {
  const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(place));
  if (count < 0) return errno;
  return static_cast<std::size_t>(count) == bytes.size() ? 0 : ENOSPC;
}

std::string read_at(int file, std::size_t place, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::size_t known = 0;
  while (known < bytes) {
    const ssize_t count =
        ::pread(file, text.data() + known, bytes - known, static_cast<off_t>(place + known));
    if (count <= 0) break;
    known += static_cast<std::size_t>(count);
  }
  text.resize(known);
  return text;
}

/// Writes zeros from `from` to `to` and syncs them: a write to a place that has been written needs
/// no news of the file system, and is durable in half the time. Past no cache, so that it is one
/// sync.
int fill(const std::string& path, std::size_t from, std::size_t to) {
  if (from >= to) return 0;
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const std::string zeros(std::min(piece_bytes, to - from), '\0');
  int code = 0;
  for (std::size_t place = from; place < to && code == 0; place += zeros.size()) {
    const std::size_t count = std::min(zeros.size(), to - place);
    code = write_all(file, std::string_view(zeros).substr(0, count), place);
  }
  if (code == 0 && ::fdatasync(file) != 0) code = errno;
  ::close(file);
  return code;
}

/// An open log, read from a mark on.
struct LogFile {
  int file = -1;
  std::size_t bytes = 0;
  LogMark at;

  /// The writes of the next record, if it stands at `place`; then goes behind it.
  std::optional<std::vector<Memtable::Write>> take(std::size_t place) {
    if (place >= bytes) return std::nullopt;
    const std::string head = read_at(file, place, record_head_bytes);
    const auto length = record_bytes(head, at.number + 1, bytes - place);
    if (!length) return std::nullopt;
    auto found = read_record(at.key, read_at(file, place, *length));
    if (!found) return std::nullopt;
    at.place = place + whole_pages(*length);
    ++at.number;
    return found;
  }
};

}  // namespace

void Log::Free::operator()(char* bytes) const {
  std::free(bytes);
}

Log::~Log() {
  if (file_ >= 0) ::close(file_);
}

int Log::begin(const Directory& directory, const LogPlan& plan) {
  bytes_max_ = plan.bytes_max;
  // Anew each time: the file may have been removed since.
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  if (const int code = open(directory, plan.bytes_min); code != 0) return code;
  mark_ = LogMark{draw_log_key(), 0, 0};
  tail_ = 0;
  return 0;
}

int Log::open(const Directory& directory, std::size_t bytes_min) {
  path_ = directory.log_path();
  const int flags = O_RDWR | O_CREAT | O_DSYNC | O_CLOEXEC;
  file_ = ::open(path_.c_str(), flags | O_DIRECT, S_IRUSR | S_IWUSR);
  if (file_ < 0 && errno == EINVAL) file_ = ::open(path_.c_str(), flags, S_IRUSR | S_IWUSR);
  if (file_ < 0) return errno;
  struct stat status{};
  int code = ::fstat(file_, &status) == 0 ? 0 : errno;
  bytes_ = static_cast<std::size_t>(status.st_size) / page_bytes * page_bytes;
  if (code == 0) code = fill(path_, bytes_, bytes_min);
  bytes_ = std::max(bytes_, bytes_min);
  extended_bytes_ = bytes_;
  if (code == 0) code = directory.sync();
  if (code != 0) ::close(std::exchange(file_, -1));
  return code;
}

/// A record never goes up to the oldest one, so that equal ends mean an empty ring.
std::size_t Log::room() const {
  if (mark_.place == tail_) return bytes_;
  if (mark_.place < tail_) return tail_ - mark_.place - page_bytes;
  const std::size_t before = tail_ == 0 ? 0 : tail_ - page_bytes;
  return std::max<std::size_t>(bytes_ - mark_.place, before);
}

std::size_t Log::used() const {
  if (mark_.place >= tail_) return mark_.place - tail_;
  return bytes_ - tail_ + mark_.place;
}

void Log::extend() {
  const std::size_t bytes = std::min(2 * bytes_, bytes_max_);
  if (bytes > bytes_ && fill(path_, bytes_, bytes) == 0) extended_bytes_ = bytes;
}

void Log::adopt() {
  bytes_ = extended_bytes_;
}

int Log::append(const std::vector<Memtable::Write>& writes) {
  const std::string record = make_record(mark_.key, mark_.number + 1, writes);
  const std::size_t bytes = whole_pages(record.size());
  if (bytes > pages_bytes_) {
    void* memory = nullptr;
    if (const int code = ::posix_memalign(&memory, page_bytes, bytes); code != 0) return code;
    pages_.reset(static_cast<char*>(memory));
    pages_bytes_ = bytes;
  }
  std::memcpy(pages_.get(), record.data(), record.size());
  std::memset(pages_.get() + record.size(), 0, bytes - record.size());
  const bool is_empty = mark_.place == tail_;
  const std::size_t place = bytes_ - mark_.place >= bytes ? mark_.place : 0;
  if (const int code = write_all(file_, {pages_.get(), bytes}, place); code != 0) return code;
  if (is_empty) tail_ = place;
  mark_.place = place + bytes;
  ++mark_.number;
  return 0;
}

int read_log(const Directory& directory, const LogMark& mark, std::vector<Memtable::Write>& writes,
             bool& is_missing) {
  const int file = ::open(directory.log_path().c_str(), O_RDONLY | O_CLOEXEC);
  is_missing = file < 0 && errno == ENOENT;
  if (file < 0) return errno;
  struct stat status{};
  const int code = ::fstat(file, &status) == 0 ? 0 : errno;
  LogFile log{file, static_cast<std::size_t>(status.st_size), mark};
  for (bool goes_on = code == 0; goes_on;) {
    auto found = log.take(log.at.place);
    if (!found) found = log.take(0);
    if (found) std::ranges::move(*found, std::back_inserter(writes));
    goes_on = found.has_value();
  }
  ::close(file);
  return code;
}

}  // namespace posse::lmdb
