/// Many reads, or many writes that have nothing to do with each other, as one request to etcd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "posse/scan.h"
#include "posse/store.h"

namespace etcdserverpb {
class TxnRequest;
class TxnResponse;
}  // namespace etcdserverpb

namespace posse::etcd {

/// A transaction takes 128 operations, and as many as 128 less its own in one that is nested.
inline constexpr std::size_t orders_max = 127;

/// Below etcd's limit for a request, 1.5 MiB, with room for one more value of ours in front.
inline constexpr std::size_t bytes_eager = 256UL * 1024;

/// What a caller wants. Keys are etcd's, with the prefix.
struct Order {
  enum class Kind : std::uint8_t { get, scan, add, cas };
  Kind kind = Kind::get;
  std::string key;
  std::string end = {};       ///< Of a scan: the first key behind it.
  std::int64_t limit = 0;     ///< Of a scan.
  std::int64_t revision = 0;  ///< Of a cas: what the document must have.
  Bytes value = {};

  bool is_write() const { return kind == Kind::add || kind == Kind::cas; }
};

/// What came of an order: `written` of a write, else what was found.
struct Reply {
  Written written = {};
  std::vector<Listed> found = {};  ///< With etcd's keys.
};

/// A transaction of ranges, without any writes: etcd answers it without its log, linearizably.
void add_read(const Order& order, etcdserverpb::TxnRequest& request);

/// Each write is a nested transaction that compares and puts; each has its own answer. No two may
/// be of one key. `mark` is a key of ours that is put in a branch never taken: etcd 3.4 counts
/// neither the quota nor the permissions of nested puts, and so sees that there are some.
void add_write(Order order, const std::string& mark, etcdserverpb::TxnRequest& request);

/// The answer to the order that was added as number `place`, from 0; of a write if `is_write`.
/// Empty if it is none: the server is no etcd.
std::optional<Reply> reply_at(etcdserverpb::TxnResponse& response, int place, bool is_write);

}  // namespace posse::etcd
