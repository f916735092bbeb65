/// Making, claiming and measuring a store's directory.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/directory.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "stores/lmdb/failure.h"

namespace posse::lmdb {
namespace {

/// LMDB's own names for its two files.
constexpr const char* data_name = "data.mdb";
constexpr const char* lock_name = "lock.mdb";

/// The directories open in this process. The one global of this driver, because LMDB's fcntl locks
/// are a global of the process too.
struct Claims {
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> taken;
};

Claims& claims() {
  static Claims claims;
  return claims;
}

Error cannot_open(const std::string& path, int code) {
  return failure(code, "cannot open the store in " + path);
}

}  // namespace

Result<Directory> Directory::claim(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (::mkdir(name.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot_open(name, errno);
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return cannot_open(name, errno);

  struct stat status{};
  if (::fstat(descriptor, &status) != 0) {
    const int code = errno;
    ::close(descriptor);
    return cannot_open(name, code);
  }
  const Identity identity(status.st_dev, status.st_ino);
  const std::lock_guard lock(claims().mutex);
  if (!claims().taken.insert(identity).second) {
    ::close(descriptor);
    return Error{Errc::unavailable,
                 "cannot open the store in " + name + ": it is already open in this process"};
  }
  return Directory(name, descriptor, identity);
}

Directory::Directory(std::string path, int descriptor, Identity identity)
    : path_(std::move(path)), descriptor_(descriptor), identity_(identity) {}

Directory::Directory(Directory&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      identity_(std::move(other.identity_)),
      lock_inode_(other.lock_inode_) {}

Directory::~Directory() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  const std::lock_guard lock(claims().mutex);
  claims().taken.erase(identity_);
}

bool Directory::has_data() const {
  struct stat status{};
  return ::fstatat(descriptor_, data_name, &status, 0) == 0 && status.st_size > 0;
}

bool Directory::has_lock() const {
  return ::faccessat(descriptor_, lock_name, F_OK, 0) == 0;
}

int Directory::reserve_lock(std::size_t bytes) const {
  const int file =
      ::openat(descriptor_, lock_name, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return errno;
  // The size stays: LMDB tells by it whether the file is new.
  int code = ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  if (code == EOPNOTSUPP) code = 0;
  ::close(file);
  return code;
}

std::optional<Error> Directory::refuse_second_name() const {
  struct stat status{};
  if (::fstatat(descriptor_, data_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (!S_ISLNK(status.st_mode) && status.st_nlink < 2) return {};
  return Error{Errc::unavailable, "cannot open the store in " + path_ +
                                      ": its data.mdb is a link, and would be locked twice; open "
                                      "the directory where the file is"};
}

void Directory::know_lock() {
  struct stat status{};
  if (::fstatat(descriptor_, lock_name, &status, 0) == 0) lock_inode_ = status.st_ino;
}

std::optional<Error> Directory::refuse_other_lock() const {
  struct stat status{};
  const bool is_there = ::fstatat(descriptor_, lock_name, &status, 0) == 0;
  if (is_there && status.st_ino == lock_inode_) return {};
  return Error{Errc::unavailable,
               "the store has stopped: its lock.mdb was removed or replaced while it was open; "
               "stop all who use it, then audit"};
}

int Directory::make_draft(std::string& draft) const {
  draft = path_ + "/draft-XXXXXX";
  const int file = ::mkostemp(draft.data(), O_CLOEXEC);
  if (file < 0) return errno;
  ::close(file);
  return 0;
}

int Directory::publish(const std::string& draft) const {
  if (::renameat2(AT_FDCWD, draft.c_str(), descriptor_, data_name, RENAME_NOREPLACE) == 0) return 0;
  const int code = errno;
  ::unlink(draft.c_str());
  // Another process was faster, or has left an empty file. Some file systems can only replace.
  return code == EEXIST || code == EINVAL ? 0 : code;
}

int Directory::sync() const {
  if (::fsync(descriptor_) != 0) return errno;
  const int parent = ::openat(descriptor_, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Whoever may not even look there has not made the directory.
  if (parent < 0) return 0;
  const int code = ::fsync(parent) == 0 ? 0 : errno;
  ::close(parent);
  return code;
}

std::size_t Directory::map_bytes() const {
  constexpr std::uint64_t bytes_min = std::uint64_t{1} << 40U;
  // Half of what user space can address; mmap would refuse more anyway.
  constexpr std::uint64_t bytes_max = std::uint64_t{1} << 46U;
  struct statvfs disk{};
  if (::fstatvfs(descriptor_, &disk) != 0) return bytes_min;
  const std::uint64_t disk_bytes = std::uint64_t{disk.f_blocks} * disk.f_frsize;
  return std::max(bytes_min, std::bit_ceil(std::min(2 * disk_bytes, bytes_max)));
}

bool Directory::has_less_room_than(std::size_t bytes) const {
  struct statvfs disk{};
  if (::fstatvfs(descriptor_, &disk) == 0 && std::uint64_t{disk.f_bavail} * disk.f_frsize < bytes) {
    return true;
  }
  struct rlimit limit{};
  struct stat status{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         ::fstatat(descriptor_, data_name, &status, 0) == 0 &&
         limit.rlim_cur < static_cast<rlim_t>(status.st_size) + bytes;
}

}  // namespace posse::lmdb
