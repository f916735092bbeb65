/// Keeping documents.
// SPDX-License-Identifier: Apache-2.0
#include "sim/contents.h"

#include <algorithm>
#include <utility>

#include "sim/digest.h"

namespace posse::sim {

std::vector<Item>::iterator Contents::place(const Key& key) {
  return std::lower_bound(items_.begin(), items_.end(), key,
                          [](const Item& item, const Key& wanted) { return item->key < wanted; });
}

Item Contents::find(const Key& key) const {
  const auto found = const_cast<Contents*>(this)->place(key);
  if (found == items_.end() || (*found)->key != key) return {};
  return *found;
}

Item Contents::add(const Key& key, const Bytes& value) {
  const auto found = place(key);
  if (found != items_.end() && (*found)->key == key) return {};
  return put(items_.insert(found, Item()), key, value, {});
}

Item Contents::cas(const Key& key, Version expected, const Bytes& value) {
  const auto found = place(key);
  if (found == items_.end() || (*found)->key != key || (*found)->version != expected) return {};
  return put(found, key, value, *found);
}

Item Contents::put(std::vector<Item>::iterator place, const Key& key, const Bytes& value,
                   Item older) {
  const std::uint64_t past = older ? older->digest : 0;
  const std::uint64_t face_before = older ? older->face : 0;
  const auto version = older ? static_cast<std::uint64_t>(older->version) + 1 : 1;
  Shelved next{.key = key, .version = Version{version}, .value = value, .older = std::move(older)};
  const std::uint64_t text = mixed(mixed(0, key.text()), value);
  next.digest = mixed(past, text);
  next.face = mixed(version, text);
  digest_ += next.digest - past;
  face_ += next.face - face_before;
  *place = std::make_shared<const Shelved>(std::move(next));
  return *place;
}

}  // namespace posse::sim
