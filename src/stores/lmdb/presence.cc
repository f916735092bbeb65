/// The locks.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/presence.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <unistd.h>

namespace posse::lmdb {
namespace {

/// Far behind what a file can hold; a lock needs no data under it.
constexpr off_t store_place = off_t{1} << 62U;
constexpr off_t door_place = store_place + 1;

struct flock range(short kind, off_t place) {
  struct flock lock{};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return lock;
}

bool set(int file, short kind, off_t place) {
  struct flock lock = range(kind, place);
  return ::fcntl(file, F_OFD_SETLK, &lock) == 0;
}

}  // namespace

Presence::~Presence() {
  if (file_ < 0) return;
  // A child that was forked meanwhile has the same description, and would keep the locks.
  leave();
  stop_asking();
  ::close(file_);
}

int Presence::open(const std::string& data) {
  file_ = ::open(data.c_str(), O_RDWR | O_CLOEXEC);
  if (file_ < 0) return errno;
  // Nobody locks the door against others, so that this fails only where there are no such locks.
  has_locks_ = set(file_, F_RDLCK, door_place);
  return 0;
}

bool Presence::try_share() {
  return !has_locks_ || set(file_, F_RDLCK, store_place);
}

bool Presence::try_own() {
  return has_locks_ && set(file_, F_WRLCK, store_place);
}

void Presence::leave() {
  (void)set(file_, F_UNLCK, store_place);
}

void Presence::stop_asking() {
  (void)set(file_, F_UNLCK, door_place);
}

bool Presence::is_asked() const {
  struct flock lock = range(F_WRLCK, door_place);
  return ::fcntl(file_, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace posse::lmdb
