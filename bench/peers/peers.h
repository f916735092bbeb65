/// Every peer there is, one file each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "bench/peers/peer.h"

namespace posse::bench {

/// Where a peer works.
struct Place {
  boost::asio::io_context* io = nullptr;
  std::string folder;           ///< Of the engines that run in this process; it is there and empty.
  std::string address;          ///< Of a server; each peer says how it is written.
  std::size_t connections = 0;  ///< To a server; 0: what docs/benchmarks.md says.
  std::size_t buyers = 1;
};

/// How much an engine in this process puts into one transaction.
enum class Commits : std::uint8_t {
  one_by_one,  ///< A purchase.
  grouped,     ///< All purchases that wait.
};

std::unique_ptr<Peer> make_sqlite(const Place& place, Commits commits);
std::unique_ptr<Peer> make_lmdb(const Place& place, Commits commits);

/// How the PostgreSQL function is written.
enum class Locking : std::uint8_t {
  first,          ///< The campaign's row is locked, then everything is looked up.
  last,           ///< The campaign's row is touched when everything else is done.
  until_written,  ///< Also, its lock ends before the sync, for which the buyer alone waits.
};

/// `address`: a conninfo string.
std::unique_ptr<Peer> make_postgres(const Place& place, Locking locking);

/// `address`: the path of a Unix socket.
std::unique_ptr<Peer> make_redis(const Place& place);

/// `address`: HOST:PORT of each member, between commas.
std::unique_ptr<Peer> make_etcd(const Place& place);

}  // namespace posse::bench
