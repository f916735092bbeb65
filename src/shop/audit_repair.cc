/// Finishing what is unfinished: by the same steps as the posse's, everywhere at once.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "core/task_group.h"
#include "shop/audit.h"
#include "shop/audit_work.h"

namespace posse {
namespace {

/// Holds decided side by side: each may have to be waited for.
constexpr std::size_t resolving_max = 64;

}  // namespace

Task<Result<Repairs>> Audit::repair(AuditProgress* progress) {
  Work work(progress);
  const auto heads = co_await read_all_heads(&work);
  if (!heads) co_return heads.error();
  Repairs repairs;
  const auto recovered = co_await recover(&work, &repairs);
  if (!recovered) co_return recovered.error();
  const auto resolved = co_await resolve(&work, &repairs);
  if (!resolved) co_return resolved.error();
  co_return repairs;
}

Task<Result<void>> Audit::recover(Work* work, Repairs* repairs) {
  work->begin("recover", work->sequences.size());
  for (std::size_t at = 0; at < work->sequences.size(); ++at) {
    work->advance(1);
    const AuditedSequence& known = work->sequences.at(sequence_index(at));
    if (!known.wanted || !known.exists) continue;
    const Sequence sequence = known.sequence;
    const auto recovered = co_await recover_one(sequence);
    if (recovered)
      repairs->entries += *recovered;
    else if (auto fatal = note(recovered.error(), repairs))
      co_return *std::move(fatal);
  }
  co_return Result<void>{};
}

/// Gives the number of entries that were beyond the head.
Task<Result<std::uint64_t>> Audit::recover_one(Sequence sequence) {
  const auto head = co_await journal_.sequences().head(sequence);
  if (!head) co_return head.error();
  if (!*head) co_return 0;
  const Tip& published = (*head)->head.tip;
  const auto newest = co_await journal_.sequences().newest_tip(sequence, published);
  if (!newest) co_return newest.error();
  if (newest->entry <= published.entry) co_return 0;
  const auto finished = co_await journal_.finisher().publish(sequence, newest->entry);
  if (!finished) co_return finished.error();
  co_return number(newest->entry) - number(published.entry);
}

Task<Result<void>> Audit::resolve(Work* work, Repairs* repairs) {
  work->begin("resolve", {});
  ParticipantPages pages(reader_);
  std::vector<Held> held;
  while (!pages.ended()) {
    const auto page = co_await pages.next();
    if (!page) co_return page.error();
    for (const auto& listed : *page) note_holds(listed, &held, repairs);
    if (!page->empty()) pass_pages(page->back().key.text(), &pages);
    work->advance(page->size());
    if (held.size() < resolving_max && !pages.ended()) continue;
    const auto resolved = co_await resolve_all(std::move(held), repairs);
    if (!resolved) co_return resolved.error();
    held.clear();
  }
  co_return Result<void>{};
}

/// Takes down what a participant holds. What is no participant may be anybody's, but not where the
/// accounts are.
void Audit::note_holds(const Listed& listed, std::vector<Held>* held, Repairs* repairs) {
  const std::string& key = listed.key.text();
  if (key.contains(page_folder)) return;
  const auto participant = read_participant(listed.document.value, listed.key);
  if (!participant) {
    const bool is_ours = key.starts_with(account_family) || looks_like_participant(listed);
    if (is_ours) repairs->failures.push_back(participant.error().detail);
    return;
  }
  for (const auto& hold : participant->holds) {
    held->push_back({.participant = listed.key, .hold = hold});
  }
}

/// Pages of settlements hold nothing: goes on behind them.
void Audit::pass_pages(const std::string& key, ParticipantPages* pages) {
  const auto folder = key.find(page_folder);
  if (folder == std::string::npos) return;
  pages->go_after(key.substr(0, folder) + std::string(page_folder) + '~');
}

/// Side by side, some at a time.
Task<Result<void>> Audit::resolve_all(std::vector<Held> held, Repairs* repairs) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::optional<Error> fatal;
  for (std::size_t first = 0; first < held.size() && !fatal; first += resolving_max) {
    TaskGroup resolving(executor);
    const std::size_t end = std::min(held.size(), first + resolving_max);
    for (std::size_t at = first; at < end; ++at) {
      resolving.spawn(resolve_one(held[at], repairs, &fatal));
    }
    co_await resolving.join();
  }
  if (fatal) co_return *std::move(fatal);
  co_return Result<void>{};
}

Task<void> Audit::resolve_one(Held held, Repairs* repairs, std::optional<Error>* fatal) {
  const auto resolved = co_await resolve_hold(std::move(held));
  if (!resolved) {
    if (auto error = note(resolved.error(), repairs)) *fatal = std::move(error);
  } else if (*resolved != Resolution::gone) {
    ++repairs->holds;
  }
}

/// A hold for a sequence that does not exist stays: a fence would begin one.
Task<Result<Resolution>> Audit::resolve_hold(Held held) {
  const auto head = co_await journal_.sequences().head(held.hold.sequence);
  if (!head) co_return head.error();
  if (!*head) {
    co_return Error{Errc::unreadable, held.participant.text() + " holds " +
                                          held.hold.intent.text() + " for " +
                                          held.hold.sequence.name() + ", which does not exist"};
  }
  co_return co_await journal_.resolver().resolve(held.participant, held.hold);
}

/// What concerns one document only is kept, and the repair goes on; the rest is given back.
std::optional<Error> Audit::note(const Error& error, Repairs* repairs) {
  if (error.code == Errc::unavailable) return error;
  repairs->failures.push_back(error.detail);
  return {};
}

}  // namespace posse
