/// Publishing, finding, freezing.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/memtable.h"

#include <string>
#include <utility>

namespace posse::lmdb {

Memtable::Reading::Reading(const Memtable& table) {
  const std::lock_guard gate(table.gate_);
  lock_ = std::shared_lock(table.mutex_);
}

void Memtable::publish(std::vector<Write>& writes) {
  const Writing writing(*this);
  for (Write& write : writes) {
    bytes_ += write.key.text().size() + write.document.value.size();
    active_->put(hash_(write.key.text()).hash, write);
  }
}

std::optional<Document> Memtable::find(std::string_view key) const {
  const HashedKey hashed = hash_(key);
  const Reading reading(*this);
  const Document* const found = look(hashed);
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::optional<Version> Memtable::version_of(const HashedKey& key) const {
  const Document* const found = look(key);
  if (found == nullptr) return std::nullopt;
  return found->version;
}

const Document* Memtable::look(const HashedKey& key) const {
  const Document* const found = active_->find(key);
  return found == nullptr ? frozen_->find(key) : found;
}

std::shared_ptr<const Generation> Memtable::freeze() {
  auto next = std::make_shared<Generation>(active_->size());
  is_in_file_ = false;
  bytes_ = 0;
  const Writing writing(*this);
  next.swap(active_);
  next.swap(frozen_);
  return next;
}

void Memtable::forget() {
  auto none = std::make_shared<Generation>();
  const Writing writing(*this);
  none.swap(frozen_);
}

std::vector<Listed> Memtable::list(const Range& range, const std::function<void()>& then) const {
  // A freeze may come between the two steps, once in a while.
  for (;;) {
    std::shared_ptr<Generation> unordered;
    {
      const Reading reading(*this);
      unordered = without_order();
      if (!unordered) {
        auto page = merge(range);
        then();
        return page;
      }
    }
    bring_into_order(*unordered);
  }
}

std::shared_ptr<Generation> Memtable::without_order() const {
  if (active_->ordered() == nullptr) return active_;
  return frozen_->ordered() == nullptr ? frozen_ : nullptr;
}

void Memtable::bring_into_order(Generation& generation) const {
  // So few that a writer may wait for them.
  constexpr std::size_t few = 100;
  Generation::Ordered ordered;
  for (std::size_t added = few + 1; added > few;) {
    std::vector<const Write*> writes;
    {
      const Reading reading(*this);
      writes = generation.all(ordered.size());
    }
    added = writes.size();
    add(std::move(writes), ordered);
  }
  const Writing writing(*this);
  generation.adopt_order(ordered);
}

std::vector<Listed> Memtable::merge(const Range& range) const {
  std::vector<Listed> page;
  const Generation::Ordered& all_newer = *active_->ordered();
  const Generation::Ordered& all_older = *frozen_->ordered();
  auto newer = all_newer.lower_bound(range.first);
  auto older = all_older.lower_bound(range.first);
  const auto is_there = [&range](const Generation::Ordered& all, const auto& place) {
    return place != all.end() && place->first.starts_with(range.prefix);
  };
  while (page.size() < range.items_max) {
    const bool has_newer = is_there(all_newer, newer);
    const bool has_older = is_there(all_older, older);
    if (!has_newer && !has_older) break;
    const bool is_newer = has_newer && (!has_older || newer->first <= older->first);
    const auto& [key, document] = is_newer ? *newer : *older;
    page.push_back({Key(std::string(key)), *document});
    // An older one under the same key goes with the newer.
    if (has_older && older->first == key) ++older;
    if (is_newer) ++newer;
  }
  return page;
}

}  // namespace posse::lmdb
