/// Searching names beside the executor.
// SPDX-License-Identifier: Apache-2.0
#include "client/name_search.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/text.h"

namespace posse {
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
namespace {

using Endpoints = std::vector<Tcp::endpoint>;

/// What the thread and whoever waits have in common, as either may be the last.
struct Search {
  std::mutex mutex;
  asio::steady_timer* awaits = nullptr;  ///< Null once nobody does; with the mutex.
  Endpoints found;                       ///< The executor's.
};

/// As long as it lives, somebody waits.
class Waiting {
 public:
  Waiting(Search& search, asio::steady_timer& timer) : search_(search) { set(&timer); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { set(nullptr); }

 private:
  void set(asio::steady_timer* timer) {
    const std::lock_guard lock(search_.mutex);
    search_.awaits = timer;
  }

  Search& search_;
};

/// Blocks for as long as the system likes.
Endpoints find(const NodeAddress& address) {
  asio::io_context io;
  Tcp::resolver resolver(io);
  boost::system::error_code wrong;
  Endpoints found;
  for (const auto& one : resolver.resolve(address.host, address.port, wrong)) {
    found.push_back(one.endpoint());
  }
  return found;
}

/// Wakes whoever waits, on his executor.
void tell(const std::shared_ptr<Search>& search, Endpoints found) {
  const std::lock_guard lock(search->mutex);
  if (search->awaits == nullptr) return;
  auto wake = [search, found = std::move(found)]() mutable {
    if (search->awaits == nullptr) return;
    search->found = std::move(found);
    search->awaits->cancel();
  };
  asio::post(search->awaits->get_executor(), std::move(wake));
}

/// Where it is if its host is no name; else empty.
Endpoints given(const NodeAddress& address) {
  boost::system::error_code is_name;
  const auto ip = asio::ip::make_address(address.host, is_name);
  const auto port = whole_number(address.port);
  if (is_name || !port) return {};
  return {Tcp::endpoint(ip, static_cast<std::uint16_t>(*port))};
}

}  // namespace

Task<Endpoints> endpoints_of(NodeAddress address, std::chrono::milliseconds wait) {
  if (auto there = given(address); !there.empty()) co_return there;
  asio::steady_timer timer(co_await asio::this_coro::executor, wait);
  const auto search = std::make_shared<Search>();
  const Waiting waiting(*search, timer);
  try {
    std::thread([search, address] { tell(search, find(address)); }).detach();
  } catch (const std::system_error&) {
    co_return Endpoints{};  // no more threads
  }
  (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return std::move(search->found);
}

}  // namespace posse
