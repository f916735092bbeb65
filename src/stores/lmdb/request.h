/// A write on its way from a caller through the writer thread and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "posse/store.h"

namespace posse::lmdb {

/// The caller's coroutine, to be resumed with the answer.
using WriteHandler =
    boost::asio::async_result<boost::asio::use_awaitable_t<>, void(Result<Written>)>::handler_type;

/// What a caller wants.
struct Order {
  enum class Kind : std::uint8_t {
    nothing,  ///< Only a writing transaction, which adopts a larger map if there is one.
    add,
    cas,
  };
  Kind kind = Kind::nothing;
  Key key;
  Version expected{};
  Bytes value;
};

class Lane;

/// The first half belongs to the callers' thread for the request's whole life; `lane` is changed
/// under the queue's lock. The second belongs to whoever holds the request: the writer from take to
/// finish, else the callers' thread.
struct Request {
  Lane* lane = nullptr;  ///< Where it comes back to; null if nobody waits there any more.
  std::optional<WriteHandler> handler;  ///< Empty once answered, early or not.
  std::chrono::steady_clock::time_point deadline;
  std::uint64_t ticket = 0;  ///< Tells a request from an earlier one in the same place.

  Order order;
  Result<Written> outcome = Written{};
};

/// Requests travel by splicing, so that a place is allocated once and used for ever.
using Requests = std::list<Request>;

}  // namespace posse::lmdb
