/// The coroutine type of every asynchronous call in Posse.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace posse {

/// A coroutine of the node's one thread. Arguments are taken by value.
template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace posse
