/// Looking slots up in entries.
// SPDX-License-Identifier: Apache-2.0
#include "shop/slots.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"
#include "core/limits.h"
#include "shop/accounts.h"
#include "shop/campaign.h"

namespace posse {
namespace {

constexpr std::string_view campaigns = "campaign/";

Refusal unknown_campaign(const Name& campaign) {
  return refuse("unknown_campaign", "there is no campaign `" + campaign.text() + "`");
}

Time time_in(const boost::json::object& data, std::string_view name) {
  return Time{std::chrono::milliseconds{number_in(data, name).value_or(0)}};
}

SoldSlot sold(const Name& campaign, const Entry& entry, const Operation& operation) {
  return {.campaign = campaign,
          .slot = entry.slot_of(operation),
          .entry = entry.number,
          .intent = operation.intent,
          .buyer = std::string(text_in(operation.line, "buyer").value_or("")),
          .price = Cents{number_in(operation.line, "amount").value_or(0)},
          .sold_at = entry.time,
          .starts_at = time_in(operation.data, "starts_at"),
          .ends_at = time_in(operation.data, "ends_at"),
          .content = std::string(text_in(operation.data, "content").value_or(""))};
}

}  // namespace

Task<Result<Answer<SoldSlot>>> Slots::show(Name campaign, Slot slot) {
  const auto head = co_await journal_.sequences().head(campaign_sequence(campaign));
  if (!head) co_return head.error();
  if (!*head) co_return unknown_campaign(campaign);
  const Tip& tip = (*head)->head.tip;
  if (slot == Slot{} || tip.slot < slot) {
    co_return refuse("unsold", "slot " + std::to_string(number(slot)) + " of " + campaign.text() +
                                   " is not sold; the last one is " +
                                   std::to_string(number(tip.slot)));
  }
  Since since = [slot](const Tip& at) { return slot <= at.slot; };
  const auto found = co_await first_since(campaign, tip.entry, std::move(since));
  if (!found) co_return found.error();
  const Entry& entry = *(*found)->entry;
  const std::uint64_t at = number(slot) - number(entry.first_slot);
  co_return sold(campaign, entry, entry.operations.at(at));
}

Task<Result<Answer<SoldSlot>>> Slots::current(Name campaign) {
  const auto head = co_await journal_.sequences().head(campaign_sequence(campaign));
  if (!head) co_return head.error();
  if (!*head) co_return unknown_campaign(campaign);
  const Time now = clock_.now();
  Since since = [now](const Tip& at) {
    const auto last = read_last_sale(at.state);
    return last && *last && now < (*last)->ends_at;
  };
  const auto found = co_await first_since(campaign, (*head)->head.tip.entry, std::move(since));
  if (!found) co_return found.error();
  if (*found) {
    const Entry& entry = *(*found)->entry;
    for (const Operation& operation : entry.operations) {
      SoldSlot slot = sold(campaign, entry, operation);
      if (slot.starts_at <= now && now < slot.ends_at) co_return slot;
    }
  }
  co_return refuse("nothing_on_show", "nothing is on show in " + campaign.text() + " now");
}

/// The first of the entries up to `last` for which `since` holds, found by halving; empty if it
/// holds for none.
Task<Result<std::optional<StoredEntry>>> Slots::first_since(Name campaign, EntryNumber last,
                                                            Since since) {
  std::optional<StoredEntry> first;
  std::uint64_t from = 1;
  std::uint64_t until = number(last) + 1;
  while (from < until) {
    const std::uint64_t middle = from + (until - from) / 2;
    auto stored = co_await entry(campaign_sequence(campaign), EntryNumber{middle});
    if (!stored) co_return stored.error();
    if (since(stored->tip)) {
      first = *std::move(stored);
      until = middle;
    } else {
      from = middle + 1;
    }
  }
  co_return first;
}

/// One that is known to be there.
Task<Result<StoredEntry>> Slots::entry(Sequence sequence, EntryNumber number) {
  auto stored = co_await journal_.sequences().entry(sequence, number);
  if (!stored) co_return stored.error();
  if (*stored) co_return **std::move(stored);
  co_return Error{Errc::contended, sequence.entry(number).text() + ": was there, reads deny it"};
}

Task<Result<Answer<Bought>>> Slots::bought(Name buyer, std::optional<std::uint64_t> before,
                                           std::size_t places_max) {
  const Key key = account_key(buyer);
  const auto account = co_await journal_.participants().get(key);
  if (!account) co_return account.error();
  if (!*account) co_return refuse("unknown_account", "there is no account `" + buyer.text() + "`");
  const std::uint64_t in_pages = (*account)->pages * settled_page;
  std::uint64_t at = in_pages + (*account)->settled.size();
  if (before) at = std::min(at, *before);
  Bought bought;
  Settlements page;
  for (std::size_t places = 0; places < places_max && at > 0; ++places) {
    --at;
    const std::size_t in_page = at % settled_page;
    if (at < in_pages && (page.empty() || in_page == settled_page - 1)) {
      auto read = co_await journal_.participants().page(key, at / settled_page);
      if (!read) co_return read.error();
      page = *std::move(read);
    }
    const Settled settled =
        at < in_pages ? page.at(in_page) : (*account)->settled.at(at - in_pages);
    auto slot = co_await sold_for(settled);
    if (!slot) co_return slot.error();
    if (*slot) bought.slots.push_back(**std::move(slot));
  }
  if (at > 0) bought.next = at;
  co_return bought;
}

/// What a settlement bought; empty if it was a payment.
Task<Result<std::optional<SoldSlot>>> Slots::sold_for(Settled settled) {
  const std::string& name = settled.sequence.name();
  if (!name.starts_with(campaigns)) co_return std::optional<SoldSlot>{};
  const auto campaign = Name::from(name.substr(campaigns.size()));
  const auto stored = co_await entry(settled.sequence, settled.entry);
  if (!stored) co_return stored.error();
  const Operation* operation = stored->entry->find(settled.intent);
  if (!campaign || operation == nullptr) {
    co_return Error{Errc::unreadable, settled.sequence.entry(settled.entry).text() +
                                          " does not have " + settled.intent.text()};
  }
  co_return sold(*campaign, *stored->entry, *operation);
}

}  // namespace posse
