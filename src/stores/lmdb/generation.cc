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

std::vector<const Generation::Write*> Generation::all(std::size_t from) const {
  std::vector<const Write*> writes;
  writes.reserve(writes_.size() - from);
  for (std::size_t i = from; i < writes_.size(); ++i) writes.push_back(&writes_[i]);
  return writes;
}

void Generation::adopt_order(Ordered& ordered) {
  if (ordered_) return;
  add(all(ordered.size()), ordered);
  ordered_ = std::move(ordered);
}

std::vector<const Generation::Write*> sorted(std::vector<const Generation::Write*> writes) {
  std::ranges::sort(writes, {}, [](const Generation::Write* write) -> std::string_view {
    return write->key.text();
  });
  return writes;
}

void add(std::vector<const Generation::Write*> writes, Generation::Ordered& ordered) {
  for (const Generation::Write* const write : sorted(std::move(writes))) {
    ordered.emplace_hint(ordered.end(), write->key.text(), &write->document);
  }
}

}  // namespace posse::lmdb
