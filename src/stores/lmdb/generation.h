/// Documents of some seconds by key: found by hash, brought into order for who wants them so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "posse/types.h"

namespace posse::lmdb {

/// A key with its hash, which is reckoned once for all places where it is looked up. The text
/// belongs to somebody else.
struct HashedKey {
  std::string_view text;
  std::size_t hash = 0;

  friend bool operator==(const HashedKey&, const HashedKey&) = default;
};

/// SipHash-2-4 under a key of its own: nobody chooses names that meet in one place.
class KeyHash {
 public:
  KeyHash();
  HashedKey operator()(std::string_view key) const;

 private:
  std::array<unsigned char, 16> key_{};
};

/// The hash that a key has already.
struct KnownHash {
  // NOLINTNEXTLINE(readability-identifier-naming): the name that Boost.Unordered looks for.
  using is_avalanching = void;
  std::size_t operator()(const HashedKey& key) const noexcept { return key.hash; }
};

template <class T>
using ByKey = boost::unordered_flat_map<HashedKey, T, KnownHash>;

/// The newest document of each key that was put there. A writer waits for `put` in front of
/// everybody's answers, so it does nothing for those who want an order: they sort.
class Generation {
 public:
  struct Write {
    Key key;
    Document document;
  };
  using Ordered = std::map<std::string_view, const Document*>;

  /// Makes room for `expected` keys, so that none has to wait until all are put elsewhere.
  explicit Generation(std::size_t expected = 0) { found_.reserve(expected); }

  /// Takes the document of `write`, and its key if that is new. `hash` is the key's.
  void put(std::size_t hash, Write& write);

  const Document* find(const HashedKey& key) const;

  std::size_t size() const { return writes_.size(); }

  /// All there is but the first `from`, in the order in which their keys came. They stay where they
  /// are, and so do their keys, as long as this lives.
  std::vector<const Write*> all(std::size_t from = 0) const;

  /// Keeps what is put from now on in the order of keys too. `ordered` has what `all` has told
  /// once, and is taken unless there is an order: what has come since goes into it here.
  void adopt_order(Ordered& ordered);

  /// By key; null before `adopt_order`.
  const Ordered* ordered() const { return ordered_ ? &*ordered_ : nullptr; }

 private:
  std::deque<Write> writes_;
  ByKey<Write*> found_;
  std::optional<Ordered> ordered_;
};

/// `writes` in the order of keys.
std::vector<const Generation::Write*> sorted(std::vector<const Generation::Write*> writes);

/// Puts `writes`, whose keys it does not have, into `ordered`.
void add(std::vector<const Generation::Write*> writes, Generation::Ordered& ordered);

}  // namespace posse::lmdb
