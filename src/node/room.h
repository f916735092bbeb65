/// How many connections and streams there are, of how many there may be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "node/server.h"

namespace posse {

/// What all servers of a process together have room for; any of its threads may call.
class Room {
 public:
  explicit Room(ServerLimits limits) : limits_(limits) {}

  /// Makes room for one more connection of `peer`, who may have any number of them if it is a
  /// `proxy`; false if there is none.
  bool enter(const std::string& peer, bool proxy);
  void leave(const std::string& peer);

  /// The same for an event stream.
  bool open_stream();
  void close_stream();

 private:
  const ServerLimits limits_;
  std::mutex mutex_;
  std::size_t connections_ = 0;
  std::size_t streams_ = 0;
  std::map<std::string, std::size_t> peers_;
};

}  // namespace posse
