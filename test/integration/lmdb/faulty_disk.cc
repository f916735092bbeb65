/// The replaced calls: the linker prefers a program's own definitions to the C library's.
// SPDX-License-Identifier: Apache-2.0
#include "integration/lmdb/faulty_disk.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace posse::testing {
namespace {

std::mutex mutex;
std::condition_variable changed;
Fault present = Fault::none;
bool is_met = false;

/// Whether the caller meets `fault`; sits out a stall.
bool meets(Fault fault) {
  std::unique_lock lock(mutex);
  if (present != fault) return false;
  is_met = true;
  changed.notify_all();
  if (fault != Fault::sync_stalls) return true;
  changed.wait(lock, [] { return present != Fault::sync_stalls; });
  return false;
}

void set(Fault fault) {
  const std::lock_guard lock(mutex);
  present = fault;
  is_met = false;
  changed.notify_all();
}

}  // namespace

FaultyDisk::FaultyDisk(Fault fault) {
  set(fault);
}
FaultyDisk::~FaultyDisk() {
  set(Fault::none);
}

void FaultyDisk::wait_until_met() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return is_met; });
}

}  // namespace posse::testing

using posse::testing::Fault;

extern "C" int fdatasync(int file) {
  posse::testing::meets(Fault::sync_stalls);
  if (posse::testing::meets(Fault::sync_fails)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace {

bool is_log(int file) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  return size > 0 &&
         std::string_view(path.data(), static_cast<std::size_t>(size)).ends_with("/log.mdb");
}

}  // namespace

extern "C" ssize_t pread(int file, void* bytes, size_t count, off_t place) {
  if (is_log(file) && posse::testing::meets(Fault::log_unread)) {
    errno = EIO;
    return -1;
  }
  // tidy: allow(leftovers) the C library's second name for the call replaced here
  return ::pread64(file, bytes, count, place);
}

extern "C" ssize_t pwrite(int file, const void* bytes, size_t count, off_t place) {
  if ((::fcntl(file, F_GETFL) & O_DSYNC) != 0 && posse::testing::meets(Fault::meta_fails)) {
    errno = EIO;
    return -1;
  }
  if ((::fcntl(file, F_GETFL) & O_DIRECT) != 0 && posse::testing::meets(Fault::no_direct)) {
    errno = EINVAL;
    return -1;
  }
  // tidy: allow(leftovers) the C library's second name for the call replaced here
  return ::pwrite64(file, bytes, count, place);
}
