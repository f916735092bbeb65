/// Comparing answers with the books.
// SPDX-License-Identifier: Apache-2.0
#include "cli/testimony.h"

#include <algorithm>
#include <utility>

#include "core/task_group.h"

namespace posse {
namespace {

constexpr std::size_t wrong_max = 100;

std::string name_of(std::string_view campaign, std::uint64_t slot) {
  std::string name = "slot ";
  name.append(std::to_string(slot)).append(" of ").append(campaign);
  return name;
}

}  // namespace

void Testimony::sold(const Purchase& purchase, const Sale& sale, const Span& span) {
  ++sold_count_;
  Acknowledged told{.purchase = purchase, .price = sale.price, .intent = sale.intent, .span = span};
  const std::uint64_t slot = number(sale.slot);
  if (!sold_[sale.campaign].emplace(slot, std::move(told)).second)
    twice_.push_back(name_of(sale.campaign.text(), slot) + " was acknowledged to two buyers");
}

void Testimony::refused(const Purchase& purchase, const Refusal& /*refusal*/,
                        const Span& /*span*/) {
  refused_.push_back(
      request_key(account_key(purchase.buyer).text(), purchase.key.text(), {}).bytes);
}

Task<Result<std::vector<std::string>>> Testimony::contradictions(Host* host) {
  std::sort(refused_.begin(), refused_.end());
  std::vector<std::string> wrong = twice_;
  Sequences& sequences = host->shop().journal().sequences();
  for (const auto& [campaign, slots] : sold_) {
    const Sequence sequence = campaign_sequence(campaign);
    std::uint64_t last = 0;
    for (EntryNumber at{1};; at = at + 1) {
      const auto stored = co_await sequences.entry(sequence, at);
      if (!stored) co_return stored.error();
      if (!*stored) break;
      const Entry& entry = *(*stored)->entry;
      check(entry, slots, wrong);
      last = number(entry.first_slot) + entry.operations.size() - 1;
    }
    const std::uint64_t told = slots.rbegin()->first;
    if (told > last) {
      wrong.push_back(name_of(campaign.text(), told) + " was acknowledged and is not in the books");
    }
    check_order(slots, wrong);
  }
  if (wrong.size() > wrong_max) wrong.resize(wrong_max);
  co_return wrong;
}

void Testimony::check(const Entry& entry, const Slots& slots,
                      std::vector<std::string>& wrong) const {
  for (const auto& operation : entry.operations) {
    const std::string slot = name_of(entry.sequence.name(), number(entry.slot_of(operation)));
    if (std::binary_search(refused_.begin(), refused_.end(), operation.intent.request())) {
      wrong.push_back(slot + " was sold for a request that was refused");
    }
    const auto told = slots.find(number(entry.slot_of(operation)));
    if (told == slots.end()) continue;
    const Acknowledged& acknowledged = told->second;
    const std::string& buyer = acknowledged.purchase.buyer.text();
    if (acknowledged.intent != operation.intent ||
        buyer != operation.line.at("buyer").as_string() ||
        number(acknowledged.price) != operation.line.at("amount").as_int64()) {
      wrong.emplace_back(slot).append(" is not as it was acknowledged to ").append(buyer);
    }
  }
}

/// All buy at one price from campaigns without an end, so that a history is linearizable if each
/// slot was sold once and no later slot was answered before an earlier one was asked for (Gibbons
/// and Korach, Testing Shared Memories, SIAM J. Comput. 26, 1997, for a counter).
void Testimony::check_order(const Slots& slots, std::vector<std::string>& wrong) const {
  Moment first_answer = Moment::max();  // of all slots behind
  for (auto at = slots.rbegin(); at != slots.rend(); ++at) {
    const auto& [slot, acknowledged] = *at;
    if (first_answer < acknowledged.span.asked) {
      wrong.push_back(name_of(acknowledged.purchase.campaign.text(), slot) +
                      " was asked for after a later one was answered");
    }
    first_answer = std::min(first_answer, acknowledged.span.answered);
  }
}

Task<std::vector<std::string>> Testimony::asked_again(Host* host, Till* till, std::size_t buyers,
                                                      std::size_t most) const {
  Asking asking{.till = *till, .left = drawn(host->random(), most), .wrong = {}};
  TaskGroup askers(host->io().get_executor());
  for (std::size_t i = 0; i < buyers; ++i) askers.spawn(ask(&asking, i));
  co_await askers.join();
  co_return std::move(asking.wrong);
}

/// One in so many of each campaign, from a start drawn by chance.
std::vector<const Testimony::Slots::value_type*> Testimony::drawn(Random& random,
                                                                  std::size_t most) const {
  std::vector<const Slots::value_type*> told;
  for (const auto& [campaign, slots] : sold_) {
    const std::size_t share = std::max<std::size_t>(1, most / sold_.size());
    const std::size_t step = std::max<std::size_t>(1, slots.size() / share);
    std::size_t until_next = random.bits() % step;
    for (const auto& slot : slots) {
      if (until_next-- > 0) continue;
      until_next = step - 1;
      told.push_back(&slot);
    }
  }
  return told;
}

Task<void> Testimony::ask(Asking* asking, std::size_t buyer) {
  while (!asking->left.empty() && asking->wrong.size() < wrong_max) {
    const auto& [slot, told] = *asking->left.back();
    asking->left.pop_back();
    const auto answer = co_await asking->till.buy(buyer, told.purchase);
    const auto* sale = answer ? std::get_if<Sale>(&*answer) : nullptr;
    const bool same = sale != nullptr && sale->repeated && number(sale->slot) == slot &&
                      sale->price == told.price && sale->intent == told.intent;
    if (same) continue;
    const std::string name = name_of(told.purchase.campaign.text(), slot);
    asking->wrong.push_back(name + " has another answer when asked again");
  }
}

}  // namespace posse
