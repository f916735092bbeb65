/// The store for many machines that is a Couchbase cluster, asked through libcouchbase.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "posse/scan.h"
#include "posse/store.h"
#include "stores/couchbase/calls.h"
#include "stores/couchbase/client.h"
#include "stores/couchbase/couchbase_place.h"

namespace posse {
namespace couchbase {

/// Whether opening makes a store where there is none.
enum class Making : std::uint8_t { leave, make };

}  // namespace couchbase

/// What a CouchbaseStore is opened with.
struct CouchbaseOptions {
  /// Where the callers live: one thread. Replies are waited for here.
  boost::asio::any_io_executor executor;
  CouchbasePlace place;
  /// The library; see library_client.h.
  couchbase::MakeClient make;
  couchbase::Making making = couchbase::Making::make;
  /// How long calls may take.
  couchbase::Deadlines deadlines = {};
  /// How long opening tries again what fails and is not of a setting.
  std::chrono::milliseconds patience{5000};
};

/// Documents of a bucket or collection of Couchbase Server, 6.5 or newer, each write durable as the
/// URL says. A document's version is its CAS value. No write is ever sent twice, so far as the
/// library can be kept from it; where it cannot, the failure of one is `unknown`: answers.h.
///
/// A call waits at most 2.5 s for a connection, and then 2.6 s, at most 4 s, for its answer; a list
/// does so for each page of ids and for their documents. Names in the URL are looked up elsewhere.
/// But where the cluster's own map has names instead of addresses, the library looks these up
/// whenever it connects, and the executor's thread stands still meanwhile. The library goes on with
/// what a cancelled call has asked.
///
/// A scan asks the query service for the keys, and then for each document; it needs a primary
/// index. Without it scans are `unavailable`, and nothing else is: see warning().
///
/// Used from the executor's thread; share() makes connections for another executor. Destroying it
/// drops the calls under way: their coroutines unwind, what was sent may still be written.
class CouchbaseStore final : public Store, public Scan {
 public:
  /// Connects, looks for the mark of a store below the prefix, and changes or makes it with a
  /// durable write; blocks, at most `options.patience` and four calls more, or as long as the
  /// system takes to look a name up. Errors: `unavailable`, if it cannot connect, or if that write
  /// is not done; `unreadable`, if a newer Posse has made the store.
  static Result<std::unique_ptr<CouchbaseStore>> open(CouchbaseOptions options);

  ~CouchbaseStore() override;

  /// The same place for callers on another `executor`, by connections of their own.
  std::unique_ptr<CouchbaseStore> share(boost::asio::any_io_executor executor) const;

  /// Whether there was no mark of a store when it was opened.
  bool was_new() const;

  /// What an operator should know; empty if nothing.
  std::optional<std::string> warning() const;

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;

 private:
  class Parts;
  explicit CouchbaseStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace posse
