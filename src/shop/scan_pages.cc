/// Page sizes and jumps.
// SPDX-License-Identifier: Apache-2.0
#include "shop/scan_pages.h"

#include <algorithm>

#include "core/limits.h"
#include "core/sequence.h"
#include "core/turn.h"
#include "shop/name.h"

namespace posse {
namespace {

struct PageSize {
  std::size_t bytes;
  std::size_t items_first;
  std::size_t items_min;
  std::size_t items_max;  ///< Few where the next ones may be much larger than the last.
  std::size_t tops_max;   ///< Tops are small, but a page of them may end among what is beneath one.
};

/// A large page costs a store little and hides its round trip.
constexpr PageSize large_page{
    .bytes = 1024UL * 1024, .items_first = 64, .items_min = 16, .items_max = 1024, .tops_max = 256};
constexpr PageSize small_page{
    .bytes = 32UL * 1024, .items_first = 1, .items_min = 1, .items_max = 16, .tops_max = 16};

constexpr PageSize page_size(Bite bite) {
  return bite == Bite::small ? small_page : large_page;
}

std::size_t items_for_a_page(Bite bite, const std::vector<Listed>& last) {
  const PageSize size = page_size(bite);
  std::size_t bytes = 1;
  for (const auto& listed : last) bytes += listed.key.text().size() + listed.document.value.size();
  return std::clamp(last.size() * size.bytes / bytes, size.items_min, size.items_max);
}

/// The family of keys that are Posse's own and no participants' to which `key` belongs; empty for
/// others.
std::string_view passed_family(std::string_view key) {
  const auto is_before = [&](std::string_view family) {
    return family != account_family && key.starts_with(family);
  };
  const auto found = std::find_if(own_families.begin(), own_families.end(), is_before);
  return found == own_families.end() ? std::string_view() : *found;
}

}  // namespace

Task<Result<std::vector<Listed>>> ScanReader::read(std::string prefix, std::string after,
                                                   std::size_t items_max) const {
  if (bite_ == Bite::small) co_await give_way();
  for (int failures = 0;;) {
    auto page = co_await scan_->scan(prefix, after, items_max);
    if (page || ++failures == failures_max) co_return page;
    co_await clock_->sleep(poll);
  }
}

Task<Result<std::optional<Listed>>> ScanReader::find(Key key) const {
  auto page = co_await read(key.text(), std::string(), 1);
  if (!page) co_return page.error();
  std::optional<Listed> found;
  if (!page->empty() && page->front().key == key) found = std::move(page->front());
  co_return found;
}

ScanPages::ScanPages(ScanReader reader, std::string prefix)
    : reader_(reader), prefix_(std::move(prefix)), items_(page_size(reader.bite()).items_first) {}

Task<Result<std::vector<Listed>>> ScanPages::next() {
  auto page = co_await reader_.read(prefix_, after_, items_);
  if (!page) co_return page.error();
  ended_ = page->size() < items_;
  if (page->empty()) co_return page;
  after_ = page->back().key.text();
  items_ = items_for_a_page(reader_.bite(), *page);
  co_return page;
}

Task<Result<ScanTops::Page>> ScanTops::next() {
  auto listed = co_await reader_.read(prefix_, after_, items_);
  if (!listed) co_return listed.error();
  Page page;
  ended_ = listed->size() < items_;
  items_ = std::min(2 * items_, page_size(reader_.bite()).tops_max);
  for (auto& one : *listed) {
    after_ = one.key.text();
    const auto end = after_.find('/', prefix_.size());
    if (end == std::string::npos) {
      page.tops.push_back(std::move(one));
      continue;
    }
    const std::string tree = after_.substr(0, end);
    after_ = std::max(after_, tree + "/~");  // behind every entry, receipt and page of it
    page.trees.insert(tree);
    ended_ = false;
    items_ = 1;
    break;
  }
  co_return page;
}

Task<Result<std::vector<Listed>>> ParticipantPages::next() {
  auto page = co_await pages_.next();
  if (!page) co_return page.error();
  if (page->empty()) co_return page;
  // No key has this byte, which is in no UTF-8: it is behind all of the family.
  const std::string_view family = passed_family(page->back().key.text());
  if (!family.empty()) pages_.go_after(std::string(family) + '\xff');
  std::erase_if(*page, [](const Listed& one) { return !passed_family(one.key.text()).empty(); });
  co_return page;
}

}  // namespace posse
