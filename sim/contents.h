/// What a store holds at one moment, as a value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "posse/types.h"

namespace posse::sim {

/// A document, and what stood there before it.
struct Shelved {
  Key key;
  Version version{};
  Bytes value;
  std::shared_ptr<const Shelved> older;
  std::uint64_t face = 0;    ///< Digest of key, version and value: what a read shows.
  std::uint64_t digest = 0;  ///< Of all the above, the past included.
};
using Item = std::shared_ptr<const Shelved>;

/// All documents, in the order of their keys; copies share them. Versions count the writes of a
/// key, so that orders of writes to different keys that come to the same are the same.
class Contents {
 public:
  /// Empty if there is nothing at `key`.
  Item find(const Key& key) const;

  /// As Store::add and Store::cas: the new document, or empty if refused.
  Item add(const Key& key, const Bytes& value);
  Item cas(const Key& key, Version expected, const Bytes& value);

  const std::vector<Item>& items() const { return items_; }

  /// Equal for equal contents with equal pasts; and for equal contents, whatever their pasts.
  std::uint64_t digest() const { return digest_; }
  std::uint64_t face() const { return face_; }

 private:
  std::vector<Item>::iterator place(const Key& key);
  Item put(std::vector<Item>::iterator place, const Key& key, const Bytes& value, Item older);

  std::vector<Item> items_;
  std::uint64_t digest_ = 0;
  std::uint64_t face_ = 0;
};

}  // namespace posse::sim
