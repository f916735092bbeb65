/// Publishing, finding, freezing.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/memtable.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include <sodium.h>

#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

void sort(Memtable::Sorted& some) {
  std::ranges::sort(some, {}, [](const auto* each) { return std::string_view(each->first); });
}

}  // namespace

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

void Memtable::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_.swap(active_);
  bytes_ = 0;
}

void Memtable::drop_frozen() {
  Documents dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(frozen_);
}

Memtable::Sorted Memtable::View::from(std::string_view first, std::string_view prefix) const {
  Sorted found;
  const auto is_wanted = [first, prefix](std::string_view key) {
    return key >= first && key.starts_with(prefix);
  };
  for (const auto& each : table_.active_) {
    if (is_wanted(each.first)) found.push_back(&each);
  }
  for (const auto& each : table_.frozen_) {
    if (is_wanted(each.first) && !table_.active_.contains(each.first)) found.push_back(&each);
  }
  sort(found);
  return found;
}

Memtable::Sorted sorted(const Memtable::Documents& documents) {
  Memtable::Sorted all;
  all.reserve(documents.size());
  for (const auto& each : documents) all.push_back(&each);
  sort(all);
  return all;
}

}  // namespace posse::lmdb
