/// A cluster in memory, and the library in front of it, that does as a test tells it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "stores/couchbase/client.h"

namespace posse::testing {

/// What becomes of one order.
struct Treatment {
  bool is_applied = true;                       ///< The server gets it.
  std::optional<couchbase::Said> said = {};     ///< Instead of what the server says.
  std::optional<couchbase::Said> refusal = {};  ///< Not accepted: nothing follows.
  bool is_held = false;                         ///< No reply before release(), or the end.
  bool is_within = false;                       ///< The reply comes while it is being asked.
  bool changes_map = false;                     ///< After it is asked, before its reply.
  bool changes_epoch = false;                   ///< Likewise, and the map's number is the same.
};

/// Its clients do what libcouchbase does: reply once to each order, also when they are destroyed;
/// keep the context running until they rest.
class FakeCouchbase {
 public:
  couchbase::MakeClient maker();

  /// Replies to what was held.
  void release();

  /// How orders are treated; fairly, unless a test says otherwise.
  std::function<Treatment(const couchbase::Order&)> treat;
  couchbase::Said connecting = {};  ///< What a new client is told.
  bool connects = true;             ///< Else it is never told.

  std::map<std::string, Document> documents;
  couchbase::MapRevision map_revision{.epoch = 1, .number = 1};
  std::vector<std::size_t> batches;  ///< How many orders each had.
  std::size_t asked = 0;             ///< Those that were accepted.
  std::size_t replied = 0;
  std::size_t clients = 0;  ///< Ever made.
  std::size_t awake = 0;    ///< Those that keep their context running.

 private:
  class FakeClient;
  couchbase::Reply carry_out(const couchbase::Order& order);
  couchbase::Reply list(const couchbase::Order& order) const;

  std::vector<std::function<void()>> held_;
  std::uint64_t clock_ = 0;
};

}  // namespace posse::testing
