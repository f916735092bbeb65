/// Entries, receipts and heads in the store.
// SPDX-License-Identifier: Apache-2.0
#include "journal/sequences.h"

#include <utility>

#include "core/limits.h"

namespace posse {

Task<Result<std::optional<StoredEntry>>> Sequences::entry(Sequence sequence, EntryNumber number) {
  const Key key = sequence.entry(number);
  const auto read = co_await store_.get(key);
  if (!read) co_return read.error();
  if (!*read) co_return std::optional<StoredEntry>{};
  auto entry = read_entry((*read)->value, key);
  if (!entry) co_return entry.error();
  StoredEntry stored;
  stored.tip = entry->tip((*read)->value);
  stored.entry = std::make_shared<const Entry>(*std::move(entry));
  co_return stored;
}

Task<Result<Write>> Sequences::add_entry(Sequence sequence, EntryNumber number, Bytes bytes) {
  const auto written = co_await store_.add(sequence.entry(number), std::move(bytes));
  if (!written) co_return written.error();
  co_return written->answer;
}

Task<Result<void>> Sequences::add_receipt(std::shared_ptr<const Entry> entry) {
  const Key key = entry->sequence.receipt(entry->number);
  const Bytes bytes = write_receipt(*entry);
  for (auto waited = 0ms; waited < answer_within; waited += poll) {
    const auto written = co_await store_.add(key, bytes);
    if (!written) co_return written.error();
    if (written->answer != Write::unknown) co_return Result<void>{};
    co_await clock_.sleep(poll);
  }
  co_return Error{Errc::unavailable, key.text() + ": the store leaves it undecided"};
}

Task<Result<std::optional<Receipt>>> Sequences::receipt(Sequence sequence, EntryNumber number) {
  const Key key = sequence.receipt(number);
  const auto read = co_await store_.get(key);
  if (!read) co_return read.error();
  if (!*read) co_return std::optional<Receipt>{};
  auto receipt = read_receipt((*read)->value, key);
  if (!receipt) co_return receipt.error();
  co_return *std::move(receipt);
}

Task<Result<std::optional<VersionedHead>>> Sequences::head(Sequence sequence) {
  const auto read = co_await store_.get(sequence.head());
  if (!read) co_return read.error();
  if (!*read) co_return std::optional<VersionedHead>{};
  auto head = read_head((*read)->value, sequence.head());
  if (!head) co_return head.error();
  VersionedHead versioned{.head = *std::move(head), .version = (*read)->version};
  co_return versioned;
}

Task<Result<Write>> Sequences::move_head(Sequence sequence, VersionedHead* read, Tip tip) {
  Head moved{.settings = read->head.settings, .tip = std::move(tip)};
  const auto written = co_await store_.cas(sequence.head(), read->version, write_head(moved));
  if (!written) co_return written.error();
  if (written->answer == Write::done) {
    read->head = std::move(moved);
    read->version = written->version;
  }
  co_return written->answer;
}

Task<Result<Write>> Sequences::change_settings(Sequence sequence, VersionedHead read,
                                               boost::json::object settings) {
  const Head changed{.settings = std::move(settings), .tip = std::move(read.head.tip)};
  const auto written = co_await store_.cas(sequence.head(), read.version, write_head(changed));
  if (!written) co_return written.error();
  co_return written->answer;
}

Task<Result<Write>> Sequences::create_head(Sequence sequence, boost::json::object settings) {
  const Head head{.settings = std::move(settings), .tip = empty_tip(sequence)};
  const auto written = co_await store_.add(sequence.head(), write_head(head));
  if (!written) co_return written.error();
  co_return written->answer;
}

Task<Result<Tip>> Sequences::tip_at(Sequence sequence, EntryNumber number) {
  if (posse::number(number) == 0) co_return empty_tip(sequence);
  for (int reads = 0; reads < swaps_max; ++reads) {
    auto stored = co_await entry(sequence, number);
    if (!stored) co_return stored.error();
    if (*stored) co_return std::move((*stored)->tip);
    co_await clock_.sleep(poll);  // a stale read: the entry was seen before
  }
  co_return Error{Errc::contended, sequence.entry(number).text() + ": was seen, reads deny it"};
}

Task<Result<EntryNumber>> Sequences::last_seen(Sequence sequence, EntryNumber from) {
  std::uint64_t there = number(from);
  std::uint64_t missing = 0;
  for (std::uint64_t step = 1; missing == 0; step *= 2) {
    const auto read = co_await store_.get(sequence.entry(EntryNumber{there + step}));
    if (!read) co_return read.error();
    if (*read)
      there += step;
    else
      missing = there + step;
  }
  while (there + 1 < missing) {
    const std::uint64_t middle = there + (missing - there) / 2;
    const auto read = co_await store_.get(sequence.entry(EntryNumber{middle}));
    if (!read) co_return read.error();
    if (*read)
      there = middle;
    else
      missing = middle;
  }
  co_return EntryNumber{there};
}

Task<Result<Tip>> Sequences::newest_tip(Sequence sequence, Tip from) {
  const auto last = co_await last_seen(sequence, from.entry);
  if (!last) co_return last.error();
  if (*last == from.entry) co_return from;
  co_return co_await tip_at(sequence, *last);
}

}  // namespace posse
