/// One posse member in this process: a thread, a store, a shop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cli/exit.h"
#include "patrol/watch_list.h"
#include "posse/open.h"
#include "posse/result.h"
#include "posse/task.h"
#include "shop/shop.h"
#include "system/observed_store.h"
#include "system/system_clock.h"
#include "system/system_random.h"

namespace posse {

/// Wires the real clock, the real chance and a store to a shop.
class Host {
 public:
  /// Errors: the driver's.
  static Result<std::unique_ptr<Host>> open(const std::string& url, Missing missing);

  /// Another member in this process, for a thread of its own, on the same store.
  /// Errors: the driver's; `unavailable` if its store cannot be shared.
  Result<std::unique_ptr<Host>> beside();

  /// Runs `task` to its end, then what it has left in the background.
  Exit run(Task<Exit> task);

  Shop& shop() { return shop_; }
  Store& store() { return observed_; }
  ObservedStore& observed() { return observed_; }
  Scan& scan() { return store_->scan(); }
  Watch* watch() { return store_->watch(); }
  const OpenStore& opened() const { return *store_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  WatchList& watch_list() { return watch_list_; }
  boost::asio::io_context& io() { return *io_; }

 private:
  Host(std::unique_ptr<boost::asio::io_context> io, std::unique_ptr<OpenStore> store);

  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<OpenStore> store_;
  ObservedStore observed_;
  SystemClock clock_;
  SystemRandom random_;
  WatchList watch_list_;
  Shop shop_;
};

}  // namespace posse
