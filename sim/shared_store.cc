/// Carrying calls out.
// SPDX-License-Identifier: Apache-2.0
#include "sim/shared_store.h"

#include <algorithm>

#include "sim/digest.h"

namespace posse::sim {

Answer SharedStore::carry_out(const Call& call) {
  if (full_ && call.is_write()) return {.kind = Answer::Kind::failed, .item = {}};
  const Answer answer = sim::carry_out(call, contents_);
  digest_ =
      mixed(mixed(digest_, answer.digest()), static_cast<std::uint64_t>(timeline_.now().count()));
  if (answer.kind != Answer::Kind::done) return answer;
  const std::string& key = call.key.text();
  if (!key.starts_with("watch/") && !key.starts_with("posse/")) ++lasting_writes_;
  ledger_.observe(answer.item->older, answer.item, timeline_.now());
  return answer;
}

std::vector<Listed> SharedStore::list(const std::string& prefix, const std::string& after,
                                      std::size_t items_max) const {
  std::vector<Listed> page;
  const auto& items = contents_.items();
  const auto is_before = [](const Item& item, const std::string& text) {
    return item->key.text() < text;
  };
  auto next = std::lower_bound(items.begin(), items.end(), std::max(prefix, after), is_before);
  for (; next != items.end() && page.size() < items_max; ++next) {
    const std::string& key = (*next)->key.text();
    if (!key.starts_with(prefix)) break;
    if (key == after) continue;
    page.push_back({(*next)->key, {(*next)->version, (*next)->value}});
  }
  return page;
}

}  // namespace posse::sim
