/// What was written since the LMDB file was: durable in the log, and read from here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "posse/scan.h"
#include "posse/types.h"
#include "stores/lmdb/generation.h"

namespace posse::lmdb {

/// Documents by key, newer than those in the file, or the same. One generation is written to, the
/// other is frozen: it goes to the file, and stays for readers until the next one does. Changed by
/// the writer thread alone; read by every thread. Whoever changes it waits for those who read, and
/// whoever comes to read then waits behind him.
class Memtable {
 public:
  using Write = Generation::Write;

  /// The hash of `key`, for any number of calls.
  HashedKey hashed(std::string_view key) const { return hash_(key); }

  /// Takes the documents of `writes`, which are durable, and their keys.
  void publish(std::vector<Write>& writes);

  /// The newest document under `key`; empty if only the file has it.
  std::optional<Document> find(std::string_view key) const;

  /// The version of that document, without a copy of it. For the writer thread.
  std::optional<Version> version_of(const HashedKey& key) const;

  /// Keeps what there is for the file, and begins anew. What was frozen before, and stands in the
  /// file, is handed out: it takes a while to be destroyed. For the writer thread, as all below but
  /// `list`.
  [[nodiscard]] std::shared_ptr<const Generation> freeze();
  std::shared_ptr<const Generation> frozen() const { return frozen_; }

  /// Whether something is frozen that does not stand in the file.
  bool has_frozen() const { return !is_in_file_ && frozen_->size() > 0; }

  /// The frozen documents stand in the file. They are read from here until the next freeze, since
  /// that costs less, as long as nobody else writes to the file.
  void settle() { is_in_file_ = true; }

  /// Somebody else may write to the file, in which everything stands. Only if nothing was published
  /// since the last freeze.
  void forget();

  /// What was published since the last freeze, in bytes; a key counts each time.
  std::size_t bytes() const { return bytes_; }

  /// How many documents the file does not have yet.
  std::size_t documents() const { return active_->size() + (is_in_file_ ? 0 : frozen_->size()); }

  /// What a page of a scan wants.
  struct Range {
    std::string_view first;   ///< The first key.
    std::string_view prefix;  ///< What all keys begin with.
    std::size_t items_max = 0;
  };

  /// The newest documents in `range`, in the order of keys. The first one who asks after a freeze
  /// sorts all of them, and holds up nobody with it. `then` is called while nothing leaves the
  /// memtable: a reader begins there to read the file, which has whatever has left before.
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
    explicit Writing(const Memtable& table) : gate_(table.gate_), lock_(table.mutex_) {}

   private:
    std::lock_guard<std::mutex> gate_;
    std::lock_guard<std::shared_mutex> lock_;
  };

  const Document* look(const HashedKey& key) const;
  std::shared_ptr<Generation> without_order() const;
  void bring_into_order(Generation& generation) const;
  std::vector<Listed> merge(const Range& range) const;

  KeyHash hash_;
  mutable std::mutex gate_;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<Generation> active_ = std::make_shared<Generation>();
  std::shared_ptr<Generation> frozen_ = std::make_shared<Generation>();
  bool is_in_file_ = true;  ///< All of what is frozen.
  std::size_t bytes_ = 0;
};

}  // namespace posse::lmdb
