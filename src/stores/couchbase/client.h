/// What the driver asks of libcouchbase, in words of our own: tests put a fake behind it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/array.hpp>

#include "posse/result.h"
#include "posse/types.h"
#include "stores/couchbase/answers.h"

namespace posse::couchbase {

/// One call. `get`, `add` and `cas` are of the document `id`; `list` runs a query.
struct Order {
  Call call{};
  std::string id = {};
  Version version = {};  ///< Of `cas`; never 0, which the library takes for "whatever is there".
  Bytes value = {};
  std::string statement = {};          ///< Of `list`.
  boost::json::array parameters = {};  ///< Of `list`.

  bool is_write() const { return call == Call::add || call == Call::cas; }
};

/// How it ended.
struct Reply {
  Said said;
  Version version = {};
  Bytes value = {};
  std::vector<std::string> rows = {};  ///< Of `list`.
  std::string words = {};              ///< What the query service says of a failure.
};

/// Which map of the cluster it is. With a new epoch, as after a failover without a majority, its
/// numbers may come again.
struct MapRevision {
  std::int64_t epoch = -1;
  std::int64_t number = -1;

  friend bool operator==(const MapRevision&, const MapRevision&) = default;
};

/// Who waits for a reply, in the library's hands meanwhile.
class Asker {
 public:
  virtual ~Asker() = default;

  /// Comes once. It must not resume anybody: the library stands below it on the stack.
  virtual void reply(Reply reply) = 0;
};

/// A connection to a cluster. It lives on one executor, is not used from within a reply, and
/// keeps the executor's context running unless it rests; while it looks up names, even then.
class Client {
 public:
  /// Whoever has not had his reply gets it now: `request_canceled`.
  virtual ~Client() = default;

  /// Calls `ended` once, later. Only after a success may one ask.
  virtual void connect(std::function<void(Said)> ended) = 0;

  /// What is asked between the two is sent together.
  virtual void open_batch() = 0;
  virtual void close_batch() = 0;

  /// Has `order` carried out. If it says success, `asker` gets one reply, else none.
  virtual Said ask(const Order& order, Asker& asker) = 0;

  /// Of the cluster's map; another one after each change.
  virtual MapRevision map_revision() = 0;

  /// Neither timers nor sockets keep the context running, nor are they looked at, until wake().
  virtual void rest() = 0;
  virtual void wake() = 0;
};

/// Makes a client that has not connected yet.
using MakeClient = std::function<std::unique_ptr<Client>(boost::asio::any_io_executor executor)>;

}  // namespace posse::couchbase
