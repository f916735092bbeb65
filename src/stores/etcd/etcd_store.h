/// The store for many machines: an etcd cluster, asked over gRPC.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "posse/scan.h"
#include "posse/store.h"
#include "posse/watch.h"
#include "stores/etcd/etcd_place.h"

namespace posse {
namespace etcd {

/// How long a call may wait until it is sent, and then for its answer. The second is short, as a
/// member that has lost its leader keeps a request for 7 s, and whoever gives up earlier asks
/// another one. Together they bound every call, give or take 0.1 s.
struct Deadlines {
  std::chrono::milliseconds sending{1500};
  std::chrono::milliseconds answering{500};
};

}  // namespace etcd

/// What an EtcdStore is opened with.
struct EtcdOptions {
  /// Where the callers live: one thread. Answers are posted here.
  boost::asio::any_io_executor executor;
  EtcdPlace place;
  /// How long calls may take.
  etcd::Deadlines deadlines = {};
  /// Bound of opening: longer than the election of a leader.
  std::chrono::milliseconds patience{5000};
};

/// Documents as keys of an etcd cluster, 3.4 or newer, below a prefix. A document's version is the
/// revision of its last change, so it does not repeat unless the cluster is restored from a backup:
/// stop every process that uses it before. What is asked at the same time travels together.
///
/// One member is asked; when it fails, the next one, but none that answers for another cluster than
/// the first did: what such a one says is no answer. Where a write's answer shows that the cluster
/// has gone back, nobody is asked any more. Nothing is sent twice. A write is
/// `unavailable` if it was not sent, or if etcd turned it away before its log; any other failure is
/// `unknown`. A list or read that fails is `unavailable`. An expired login is renewed.
///
/// etcd 3.4.20 to 3.4.41, 3.5 before 3.5.28 and 3.6 before 3.6.9 can answer a get or scan with what
/// was true before its process was paused (issue 20418): `get` then breaks the contract of Store,
/// which the protocol withstands. See warning().
///
/// Hints of watch() come over one stream from the member that is asked, usually within
/// milliseconds; when it breaks, over another one, 0.1 s to about 1 s later, and all keys are
/// hinted at.
///
/// Used from the executor's thread; share() gives the same connections to other executors.
/// Destroying it drops the calls under way: their coroutines unwind, what was sent may still be
/// written.
class EtcdStore final : public Store, public Scan, public Watch {
 public:
  /// Connects, logs in, and looks below the prefix; blocks, at most `options.patience` and one call
  /// more.
  /// Errors: `unavailable`.
  static Result<std::unique_ptr<EtcdStore>> open(EtcdOptions options);

  ~EtcdStore() override;

  /// The same cluster for callers on another `executor`. Neither outlives its own executor; each
  /// may go before the other.
  std::unique_ptr<EtcdStore> share(boost::asio::any_io_executor executor);

  /// Whether there was no document when it was opened.
  bool was_empty() const;

  /// What an operator should know of this cluster's version; empty if nothing.
  std::optional<std::string> warning() const;

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;
  std::unique_ptr<Watching> watch(Key key, std::function<void()> changed) override;

 private:
  class Parts;
  explicit EtcdStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace posse
