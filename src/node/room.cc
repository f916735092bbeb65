/// Counting connections and streams.
// SPDX-License-Identifier: Apache-2.0
#include "node/room.h"

namespace posse {

bool Room::enter(const std::string& peer, bool proxy) {
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits_.connections) return false;
  const auto known = peers_.find(peer);
  const std::size_t of_peer = known == peers_.end() ? 0 : known->second;
  if (of_peer >= limits_.connections_of_a_peer && !proxy) return false;
  ++connections_;
  ++peers_[peer];
  return true;
}

void Room::leave(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  --connections_;
  if (--peers_[peer] == 0) peers_.erase(peer);
}

bool Room::open_stream() {
  const std::lock_guard lock(mutex_);
  if (streams_ >= limits_.streams) return false;
  ++streams_;
  return true;
}

void Room::close_stream() {
  const std::lock_guard lock(mutex_);
  --streams_;
}

}  // namespace posse
