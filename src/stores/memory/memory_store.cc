/// The memory store: a map behind one round through the executor.
// SPDX-License-Identifier: Apache-2.0
#include "stores/memory/memory_store.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse {
namespace {

Task<void> one_round() {
  co_await boost::asio::post(boost::asio::use_awaitable);
}

bool is_within_bounds(const Key& key) {
  return !key.text().empty() && key.text().size() <= key_bytes_max;
}

bool is_within_bounds(const Key& key, const Bytes& value) {
  return is_within_bounds(key) && value.size() <= value_bytes_max;
}

Error out_of_bounds() {
  return Error{Errc::too_large, "a key has 1 to 250 bytes, a value at most 1 MiB"};
}

}  // namespace

Task<Result<std::optional<Document>>> MemoryStore::get(Key key) {
  co_await one_round();
  if (!is_within_bounds(key)) co_return out_of_bounds();
  const auto found = documents_.find(key);
  if (found == documents_.end()) co_return std::optional<Document>();
  co_return std::optional<Document>(found->second);
}

Task<Result<Written>> MemoryStore::add(Key key, Bytes value) {
  co_await one_round();
  if (!is_within_bounds(key, value)) co_return out_of_bounds();
  const auto [place, is_new] = documents_.try_emplace(std::move(key));
  if (!is_new) co_return Written{Write::refused, {}};
  place->second = Document{next_version(), std::move(value)};
  co_return Written{Write::done, place->second.version};
}

Task<Result<Written>> MemoryStore::cas(Key key, Version version, Bytes value) {
  co_await one_round();
  if (!is_within_bounds(key, value)) co_return out_of_bounds();
  const auto found = documents_.find(key);
  if (found == documents_.end() || found->second.version != version) {
    co_return Written{Write::refused, {}};
  }
  found->second = Document{next_version(), std::move(value)};
  co_return Written{Write::done, found->second.version};
}

Task<Result<std::vector<Listed>>> MemoryStore::scan(std::string prefix, std::string after,
                                                    std::size_t items_max) {
  co_await one_round();
  std::vector<Listed> page;
  auto place =
      after < prefix ? documents_.lower_bound(Key(prefix)) : documents_.upper_bound(Key(after));
  if (after.empty() && prefix.empty()) place = documents_.begin();
  for (; place != documents_.end() && page.size() < std::max<std::size_t>(items_max, 1); ++place) {
    if (!place->first.text().starts_with(prefix)) break;
    page.push_back(Listed{place->first, place->second});
  }
  co_return page;
}

}  // namespace posse
