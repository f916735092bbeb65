/// Publishing, finding, freezing.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/memtable.h"

#include <mutex>
#include <utility>

namespace posse::lmdb {

void Memtable::publish(std::vector<Write>& writes) {
  const std::lock_guard lock(mutex_);
  for (Write& write : writes) {
    bytes_ += write.key.size() + write.document.value.size();
    active_.insert_or_assign(std::move(write.key), std::move(write.document));
  }
}

std::optional<Document> Memtable::find(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const Document* const found = look(key);
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::optional<Version> Memtable::version_of(std::string_view key) const {
  const Document* const found = look(key);
  if (found == nullptr) return std::nullopt;
  return found->version;
}

const Document* Memtable::look(std::string_view key) const {
  if (const auto found = active_.find(key); found != active_.end()) return &found->second;
  if (const auto found = frozen_.find(key); found != frozen_.end()) return &found->second;
  return nullptr;
}

const Memtable::Documents& Memtable::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_.swap(active_);
  bytes_ = 0;
  return frozen_;
}

void Memtable::drop_frozen() {
  Documents dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(frozen_);
}

const Memtable::Documents::value_type* Memtable::View::from(std::string_view first) const {
  const auto newer = table_.active_.lower_bound(first);
  const auto older = table_.frozen_.lower_bound(first);
  const bool has_newer = newer != table_.active_.end();
  const bool has_older = older != table_.frozen_.end();
  if (has_newer && (!has_older || newer->first <= older->first)) return &*newer;
  return has_older ? &*older : nullptr;
}

}  // namespace posse::lmdb
