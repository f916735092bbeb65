/// Publishing, finding, freezing.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/memtable.h"

#include <utility>

#include <sodium.h>

#include "stores/lmdb/record.h"

namespace posse::lmdb {

KeyHash::KeyHash() {
  static_assert(crypto_shorthash_KEYBYTES == sizeof key_);
  randombytes_buf(key_.data(), key_.size());
}

std::size_t KeyHash::operator()(std::string_view key) const {
  static_assert(crypto_shorthash_BYTES == number_bytes);
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                   key_.data());
  return read_number(hash.data());
}

void Memtable::Documents::put(Write& write) {
  const auto [place, is_new] = found_.try_emplace(std::move(write.key));
  place->second = std::move(write.document);
  if (is_new) ordered_.emplace(place->first, &place->second);
}

const Document* Memtable::Documents::find(std::string_view key) const {
  const auto found = found_.find(key);
  return found == found_.end() ? nullptr : &found->second;
}

void Memtable::Documents::swap(Documents& other) noexcept {
  found_.swap(other.found_);
  ordered_.swap(other.ordered_);
}

Memtable::Reading::Reading(const Memtable& table) {
  const std::lock_guard gate(table.gate_);
  lock_ = std::shared_lock(table.mutex_);
}

void Memtable::publish(std::vector<Write>& writes) {
  const Writing writing(*this);
  for (Write& write : writes) {
    bytes_ += write.key.size() + write.document.value.size();
    active_.put(write);
  }
}

std::optional<Document> Memtable::find(std::string_view key) const {
  const Reading reading(*this);
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
  const Document* const found = active_.find(key);
  return found == nullptr ? frozen_.find(key) : found;
}

void Memtable::freeze() {
  const Writing writing(*this);
  frozen_.swap(active_);
  bytes_ = 0;
}

void Memtable::drop_frozen() {
  Documents dropped;  // Lives longer than the lock, for it takes a while to go.
  const Writing writing(*this);
  dropped.swap(frozen_);
}

std::vector<Listed> Memtable::list(const Range& range, const std::function<void()>& then) const {
  std::vector<Listed> page;
  const Reading reading(*this);
  auto newer = active_.ordered().lower_bound(range.first);
  auto older = frozen_.ordered().lower_bound(range.first);
  const auto is_there = [&range](const Documents::Ordered& all, const auto& place) {
    return place != all.end() && place->first.starts_with(range.prefix);
  };
  while (page.size() < range.items_max) {
    const bool has_newer = is_there(active_.ordered(), newer);
    const bool has_older = is_there(frozen_.ordered(), older);
    if (!has_newer && !has_older) break;
    const bool is_newer = has_newer && (!has_older || newer->first <= older->first);
    const auto& [key, document] = is_newer ? *newer : *older;
    page.push_back({Key(std::string(key)), *document});
    // An older one under the same key goes with the newer.
    if (has_older && older->first == key) ++older;
    if (is_newer) ++newer;
  }
  then();
  return page;
}

}  // namespace posse::lmdb
