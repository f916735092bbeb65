/// How a key of ours becomes the id of a document in Couchbase, and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "posse/types.h"

namespace posse::couchbase {

/// Ids are readable: a key's letters, digits and most marks stay, what is below `"` or above `}`
/// becomes `!` or `~` with two digits, so that ids stand in the order of their keys. Couchbase
/// allows 246 bytes in a collection; of a key that becomes longer only the head stands in its id,
/// with a digest, and the key itself before the document's value. So ids with one head have no
/// order among each other. All begin with a prefix and a slash.
class Names {
 public:
  explicit Names(const std::string& prefix) : folder_(prefix + '/') {}

  std::string id(const Key& key) const;

  /// What is kept for `value`: the same, but for long keys.
  static Bytes kept(const Key& key, Bytes value);

  /// The key of a document that is found at `id`; takes it off `value` where it stands there.
  /// Empty if the document is not one of ours.
  std::optional<Key> key(std::string_view id, Bytes& value) const;

  /// Of a document whose key is known: takes that off `value`, where it stands there. False if it
  /// should stand there and does not.
  static bool take_off(const Key& key, Bytes& value);

  /// Where ids of keys from `text` on begin, and behind which they have all come that begin with
  /// `prefix`. Some that do not belong there may stand between.
  std::string first(std::string_view text) const;
  std::string end(std::string_view prefix) const;

  /// What ids that have no order among each other share; others are before or behind all of them.
  std::string_view head(std::string_view id) const;

  /// Of the document that says that here is a store: no key has this id.
  std::string mark() const { return folder_ + "!posse"; }

 private:
  std::string folder_;
};

}  // namespace posse::couchbase
