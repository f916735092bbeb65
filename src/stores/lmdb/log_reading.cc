/// Record after record.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log_reading.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace posse::lmdb {
namespace {

using Writes = std::vector<Memtable::Write>;

/// An open log.
class LogFile {
 public:
  explicit LogFile(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) code_ = errno;
    struct stat status{};
    if (file_ >= 0 && ::fstat(file_, &status) != 0) code_ = errno;
    bytes_ = static_cast<std::size_t>(status.st_size);
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() {
    if (file_ >= 0) ::close(file_);
  }

  std::size_t bytes() const { return bytes_; }

  /// The errno of the first failure. What is read then means nothing.
  int code() const { return code_; }

  /// The head of a record at `place`, if it may be one.
  std::optional<RecordHead> head(std::size_t place) {
    if (place >= bytes_) return std::nullopt;
    return read_record_head(read(place, record_head_bytes), bytes_ - place);
  }

  /// The writes of the record with `head` at `place`, if it is whole.
  std::optional<Writes> record(const LogKey& key, std::size_t place, const RecordHead& head) {
    return read_record(key, read(place, head.bytes));
  }

 private:
  /// Shorter where the file ends.
  std::string read(std::size_t place, std::size_t bytes) {
    std::string text(bytes, '\0');
    std::size_t known = 0;
    while (known < bytes) {
      const ssize_t count =
          ::pread(file_, text.data() + known, bytes - known, static_cast<off_t>(place + known));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) code_ = errno;
      if (count <= 0) break;
      known += static_cast<std::size_t>(count);
    }
    text.resize(known);
    return text;
  }

  int file_;
  int code_ = 0;
  std::size_t bytes_ = 0;
};

/// The writes of the record behind `at`, if it stands at `place`; then `at` goes behind it.
std::optional<Writes> take(LogFile& file, LogMark& at, std::size_t place) {
  const auto head = file.head(place);
  if (!head || head->number != at.number + 1) return std::nullopt;
  auto found = file.record(at.key, place, *head);
  if (!found) return std::nullopt;
  at.place = place + whole_pages(head->bytes);
  ++at.number;
  return found;
}

/// Whether a record of this use stands anywhere that came later than the next one behind `at`. A
/// record takes a page at least, so their numbers are not far apart.
bool has_later(LogFile& file, const LogMark& at) {
  const std::uint64_t number_max = at.number + 1 + file.bytes() / log_page_bytes;
  for (std::size_t place = 0; place < file.bytes(); place += log_page_bytes) {
    const auto head = file.head(place);
    if (!head || head->number <= at.number + 1 || head->number > number_max) continue;
    if (file.record(at.key, place, *head)) return true;
  }
  return false;
}

bool has_start(LogFile& file, const LogKey& key) {
  const auto head = file.head(0);
  return head && head->number == 0 && file.record(key, 0, *head);
}

}  // namespace

LogEnd read_log(const Directory& directory, const LogMark& mark,
                std::vector<LoggedRecord>& records) {
  LogFile file(directory.log_path());
  if (file.code() == ENOENT) return LogEnd::missing;
  const bool has_own_start = file.code() == 0 && has_start(file, mark.key);
  if (file.code() != 0) return LogEnd::unreadable;
  if (!has_own_start) return LogEnd::missing;
  LogMark at = mark;
  for (bool goes_on = true; goes_on;) {
    auto found = take(file, at, at.place);
    if (!found) found = take(file, at, log_page_bytes);
    goes_on = found.has_value();
    if (found) records.push_back({*std::move(found), at});
  }
  const bool is_damaged = has_later(file, at);
  if (file.code() != 0) return LogEnd::unreadable;
  return is_damaged ? LogEnd::damaged : LogEnd::complete;
}

}  // namespace posse::lmdb
