/// Putting, finding, ordering.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/generation.h"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "stores/lmdb/record.h"

namespace posse::lmdb {

KeyHash::KeyHash() {
  static_assert(crypto_shorthash_KEYBYTES == sizeof key_);
  randombytes_buf(key_.data(), key_.size());
}

HashedKey KeyHash::operator()(std::string_view key) const {
  static_assert(crypto_shorthash_BYTES == number_bytes);
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                   key_.data());
  return {key, read_number(hash.data())};
}

void Generation::put(std::size_t hash, Write& write) {
  const auto found = found_.find(HashedKey{write.key.text(), hash});
  if (found != found_.end()) {
    found->second->document = std::move(write.document);
    return;
  }
  Write& kept = writes_.emplace_back(std::move(write));
  const HashedKey key{kept.key.text(), hash};
  found_.emplace(key, &kept);
  if (ordered_) ordered_->emplace(key.text, &kept.document);
}

const Document* Generation::find(const HashedKey& key) const {
  const auto found = found_.find(key);
  return found == found_.end() ? nullptr : &found->second->document;
}

std::vector<const Generation::Write*> Generation::all() const {
  std::vector<const Write*> writes;
  writes.reserve(writes_.size());
  for (const Write& write : writes_) writes.push_back(&write);
  return writes;
}

void Generation::adopt_order(const std::vector<const Write*>& sorted) {
  if (ordered_) return;
  ordered_.emplace();
  for (const Write* const write : sorted) {
    ordered_->emplace_hint(ordered_->end(), write->key.text(), &write->document);
  }
  // What has come since.
  for (std::size_t i = sorted.size(); i < writes_.size(); ++i) {
    ordered_->emplace(writes_[i].key.text(), &writes_[i].document);
  }
}

std::vector<const Generation::Write*> sorted(std::vector<const Generation::Write*> writes) {
  std::ranges::sort(writes, {}, [](const Generation::Write* write) -> std::string_view {
    return write->key.text();
  });
  return writes;
}

}  // namespace posse::lmdb
