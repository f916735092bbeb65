/// Entries and receipts side by side.
// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <utility>

#include "shop/audit_chain.h"

namespace posse {

ChainReader::ChainReader(ScanReader reader, const Sequence& sequence)
    : sequence_(sequence),
      entries_(reader, sequence.name() + "/entry/"),
      receipts_(reader, sequence.name() + "/receipt/") {}

Task<Result<std::vector<StoredLink>>> ChainReader::next() {
  for (;;) {
    auto page = co_await entries_.next();
    if (!page) co_return page.error();
    auto links = numbered(*std::move(page), sequence_.name().size() + 7);  // "/entry/"
    if (links.empty()) {
      if (!entries_.ended()) continue;
      co_return links;
    }
    if (links.front().number != last_ + 1 && !std::exchange(doubted_, true)) {
      entries_.go_after(sequence_.entry(last_).text());
      continue;
    }
    doubted_ = false;
    std::size_t run = 1;
    while (run < links.size() && links[run].number == links[run - 1].number + 1) ++run;
    if (run < links.size()) {
      links.resize(run);
      entries_.go_after(sequence_.entry(links.back().number).text());
    }
    last_ = links.back().number;
    documents_ += links.size();
    const auto receipts = co_await read_receipts(last_);
    if (!receipts) co_return receipts.error();
    attach_receipts(links);
    co_return links;
  }
}

std::vector<StoredLink> ChainReader::numbered(std::vector<Listed> page, std::size_t prefix_bytes) {
  std::vector<StoredLink> links;
  links.reserve(page.size());
  for (auto& listed : page) {
    const auto number = number_in_key(std::string_view(listed.key.text()).substr(prefix_bytes));
    if (number.value_or(0) == 0)
      strangers_.insert(listed.key.text());
    else
      links.push_back({.number = EntryNumber{*number},
                       .entry = std::move(listed.document.value),
                       .receipt = {}});
  }
  return links;
}

/// What is ahead of the entries was read before them: it shows what it shows, and what it does not
/// show is no evidence against an entry that was not settled when the accounts were read.
Task<Result<void>> ChainReader::read_receipts(EntryNumber last) {
  while (receipts_read_.empty() || receipts_read_.back().number < last) {
    auto page = co_await receipts_.next();
    if (!page) co_return page.error();
    documents_ += page->size();
    auto read = numbered(*std::move(page), sequence_.name().size() + 9);  // "/receipt/"
    receipts_read_.insert(receipts_read_.end(), std::move_iterator(read.begin()),
                          std::move_iterator(read.end()));
    if (receipts_.ended()) break;
  }
  co_return Result<void>{};
}

/// A receipt that has no entry lies in a gap, which is reported.
void ChainReader::attach_receipts(std::vector<StoredLink>& links) {
  auto receipt = receipts_read_.begin();
  for (auto& link : links) {
    while (receipt != receipts_read_.end() && receipt->number < link.number) ++receipt;
    if (receipt == receipts_read_.end()) break;
    if (receipt->number == link.number) link.receipt = std::move((receipt++)->entry);
  }
  receipts_read_.erase(receipts_read_.begin(), receipt);
}

Task<Result<std::optional<EntryNumber>>> ChainReader::receipt_left() {
  const auto read = co_await read_receipts(last_ + 1);
  if (!read) co_return read.error();
  std::optional<EntryNumber> left;
  for (const auto& receipt : receipts_read_) {
    if (receipt.number <= last_) continue;
    left = receipt.number;
    break;
  }
  co_return left;
}

}  // namespace posse
