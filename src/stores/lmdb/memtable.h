/// What was written since the LMDB file was: durable in the log, and read from here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "posse/scan.h"
#include "posse/types.h"

namespace posse::lmdb {

/// SipHash-2-4 under a key of the process: nobody chooses names that meet in one bucket.
class KeyHash {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): the name that std::unordered_map looks for.
  using is_transparent = void;

  KeyHash();
  std::size_t operator()(std::string_view key) const;

 private:
  std::array<unsigned char, 16> key_{};
};

/// Documents by key, newer than those in the file. One part is written to, the other is frozen
/// while it goes to the file. Changed by the writer thread alone; read by every thread. Whoever
/// changes it waits for those who read, and whoever comes to read then waits behind him.
class Memtable {
 public:
  struct Write {
    std::string key;
    Document document;
  };

  /// Found by hash; in the order of keys for who wants all of it.
  class Documents {
   public:
    using Found = std::unordered_map<std::string, Document, KeyHash, std::equal_to<>>;
    using Ordered = std::map<std::string_view, const Document*>;

    void put(Write& write);
    const Document* find(std::string_view key) const;
    const Ordered& ordered() const { return ordered_; }
    bool empty() const { return ordered_.empty(); }
    std::size_t size() const { return ordered_.size(); }
    void swap(Documents& other) noexcept;

   private:
    Found found_;
    Ordered ordered_;
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
  std::size_t documents() const { return active_.size() + frozen_.size(); }

  /// What a page of a scan wants.
  struct Range {
    std::string_view first;   ///< The first key.
    std::string_view prefix;  ///< What all keys begin with.
    std::size_t items_max = 0;
  };

  /// The newest documents in `range`, in the order of keys. `then` is called while nothing leaves
  /// the memtable: a reader begins there to read the file, which has whatever has left before.
  std::vector<Listed> list(const Range& range, const std::function<void()>& then) const;

 private:
  /// Readers pass through `gate_`, and a writer holds it, so that he is not overtaken for ever.
  class Reading {
   public:
    explicit Reading(const Memtable& table);

   private:
    std::shared_lock<std::shared_mutex> lock_;
  };
  class Writing {
   public:
    explicit Writing(Memtable& table) : gate_(table.gate_), lock_(table.mutex_) {}

   private:
    std::lock_guard<std::mutex> gate_;
    std::lock_guard<std::shared_mutex> lock_;
  };

  const Document* look(std::string_view key) const;

  mutable std::mutex gate_;
  mutable std::shared_mutex mutex_;
  Documents active_;
  Documents frozen_;
  std::size_t bytes_ = 0;
};

}  // namespace posse::lmdb
