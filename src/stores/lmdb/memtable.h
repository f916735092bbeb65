/// What was written since the LMDB file was: durable in the log, and read from here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "posse/types.h"

namespace posse::lmdb {

/// SipHash-2-4 under a key of the process: nobody chooses names that meet in one bucket.
class KeyHash {
 public:
  using is_transparent = void;

  KeyHash();
  std::size_t operator()(std::string_view key) const;

 private:
  std::array<unsigned char, 16> key_{};
};

/// Documents by key, newer than those in the file. One part is written to, the other is frozen
/// while it goes to the file. Changed by the writer thread alone; read by every thread.
class Memtable {
 public:
  using Documents = std::unordered_map<std::string, Document, KeyHash, std::equal_to<>>;
  using Sorted = std::vector<const Documents::value_type*>;

  struct Write {
    std::string key;
    Document document;
  };

  /// Takes the documents of `writes`, which are durable.
  void publish(std::vector<Write>& writes);

  /// The newest document under `key`, if it is newer than the file's.
  std::optional<Document> find(std::string_view key) const;

  /// The version of that document, without a copy of it. For the writer thread.
  std::optional<Version> version_of(std::string_view key) const;

  /// Keeps what there is for the file, and begins anew. Only if nothing is frozen.
  void freeze();
  const Documents& frozen() const { return frozen_; }
  bool has_frozen() const { return !frozen_.empty(); }

  /// The frozen documents stand in the file.
  void drop_frozen();

  /// What was published since the last freeze, in bytes; a key counts each time.
  std::size_t bytes() const { return bytes_; }
  bool is_empty() const { return active_.empty() && frozen_.empty(); }

  /// Keeps all of it as it is while it lives, for a reader who reads here and in the file.
  class View {
   public:
    explicit View(const Memtable& table) : lock_(table.mutex_), table_(table) {}

    /// The newest documents from `first` on whose keys begin with `prefix`, in the order of keys.
    Sorted from(std::string_view first, std::string_view prefix) const;

   private:
    std::shared_lock<std::shared_mutex> lock_;
    const Memtable& table_;
  };

 private:
  const Document* look(std::string_view key) const;

  mutable std::shared_mutex mutex_;
  Documents active_;
  Documents frozen_;
  std::size_t bytes_ = 0;
};

/// All of `documents` in the order of keys.
Memtable::Sorted sorted(const Memtable::Documents& documents);

}  // namespace posse::lmdb
