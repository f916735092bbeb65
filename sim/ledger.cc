/// Entries, receipts and heads, write by write.
// SPDX-License-Identifier: Apache-2.0
#include "sim/ledger.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/fields.h"
#include "core/limits.h"
#include "patrol/membership.h"
#include "patrol/watch_list.h"
#include "shop/campaign.h"
#include "shop/campaign_composer.h"

namespace posse::sim {
namespace {

bool has_part(const Key& key, std::string_view part) {
  return key.text().find(part) != std::string::npos;
}

std::string at(const Entry& entry) {
  return entry.sequence.entry(entry.number).text();
}

bool same(const Tip& one, const Tip& other) {
  return one.entry == other.entry && one.slot == other.slot && one.hash == other.hash &&
         one.time == other.time && one.state == other.state;
}

Wrong unreadable(const Error& error) {
  return "cannot be read: " + error.detail;
}

}  // namespace

void Ledger::observe(const Item& before, const Item& after, Moment now) {
  if (wrong_) return;
  wrong_ = judge(before, after, now);
}

Wrong Ledger::judge(const Item& before, const Item& after, Moment now) {
  const Key& key = after->key;
  const bool is_written_once =
      has_part(key, "/entry/") || has_part(key, "/receipt/") || has_part(key, "/settled/");
  if (before && is_written_once) return key.text() + " was changed (I1)";
  if (has_part(key, "/entry/")) return judge_entry(after, now);
  if (has_part(key, "/receipt/")) return judge_receipt(after);
  if (has_part(key, "/settled/")) return judge_page(after);
  if (key.text().starts_with("account/")) return judge_account(before, after, now);
  if (key.text().starts_with("watch/")) {
    const auto watched = read_watched(after->value, key);
    return watched ? Wrong() : unreadable(watched.error());
  }
  if (key.text().starts_with("posse/")) {
    const auto members = read_members(after->value, key);
    return members ? Wrong() : unreadable(members.error());
  }
  return judge_head(before, after);
}

/// I1, I2, I3: it continues the chain, and each of its operations is new and declared.
Wrong Ledger::judge_entry(const Item& after, Moment now) {
  auto read = read_entry(after->value, after->key);
  if (!read) return unreadable(read.error());
  Claimed claimed{.entry = *std::move(read), .at = now, .unsettled = {}};
  const Entry& entry = claimed.entry;
  const auto found = chains_.find(entry.sequence);
  if (found == chains_.end()) return at(entry) + " is in a sequence without a head";
  Chain& chain = found->second;
  if (entry.number != EntryNumber{chain.entries.size() + 1})
    return at(entry) + " leaves a gap (I1)";
  const Tip tip = chain.tip ? *chain.tip : empty_tip(entry.sequence);
  if (entry.previous != tip.hash) return at(entry) + " does not continue its predecessor (I1)";
  if (entry.first_slot != tip.slot + 1) return at(entry) + " does not continue the slots (I3)";
  if (entry.time < tip.time) return at(entry) + " goes back in time";
  for (const Operation& operation : entry.operations) {
    if (auto wrong = judge_operation(claimed, operation)) return wrong;
    for (const Effect& effect : operation.effects) {
      claimed.unsettled.emplace(effect.key, operation.intent);
    }
  }
  boost::json::object state;
  if (chain.last) write_last_sale(*chain.last, state);
  if (entry.state != state) return at(entry) + " keeps another last sale than there was";
  (entry.is_fence() ? fences_ : entries_) += 1;
  chain.tip = entry.tip(after->value);
  chain.entries.push_back(std::move(claimed));
  return {};
}

/// Committed once, and while every participant holds it for this position.
Wrong Ledger::judge_operation(const Claimed& claimed, const Operation& operation) {
  const Entry& entry = claimed.entry;
  const std::string name = at(entry) + " commits " + operation.intent.text();
  if (!requests_.emplace(operation.intent.request(), claimed.at).second) {
    return name + ", whose request is committed already (I2)";
  }
  committed_.insert(operation.intent);
  for (const Effect& effect : operation.effects) {
    const auto account = accounts_.find(effect.key);
    const Hold* hold =
        account == accounts_.end() ? nullptr : account->second.hold(operation.intent);
    if (hold == nullptr) return name + ", which " + effect.key.text() + " does not hold";
    if (entry.number < hold->first || hold->last < entry.number) {
      return name + ", which " + effect.key.text() + " holds for other positions";
    }
    const auto reserve = hold->reserve.find("balance");
    const std::int64_t amount = number_in(effect.details, "amount").value_or(0);
    if (reserve == hold->reserve.end() || std::abs(amount) > std::abs(reserve->second)) {
      return name + " for more than " + effect.key.text() + " has set aside (I4)";
    }
  }
  return chains_.at(entry.sequence).campaign ? judge_sale(claimed, operation)
                                             : judge_payment(claimed, operation);
}

/// In or out of the account that the line names, and as much as it says.
Wrong Ledger::judge_payment(const Claimed& claimed, const Operation& operation) const {
  const std::string name = at(claimed.entry) + " books " + operation.intent.text();
  const auto kind = text_in(operation.line, "kind");
  if (kind != "deposit" && kind != "withdrawal") return name + ", which is no payment";
  const std::int64_t amount = number_in(operation.line, "amount").value_or(0);
  const Effect& effect = operation.effects.front();
  const std::string account(text_in(operation.line, "account").value_or(""));
  if (operation.effects.size() != 1 || effect.key.text() != "account/" + account) {
    return name + " for another account than it says";
  }
  if (number_in(effect.details, "amount") != (kind == "deposit" ? amount : -amount)) {
    return name + " over another amount than it says";
  }
  return {};
}

/// I3: to whoever pays for it, for whoever sells it, while there is something to sell.
Wrong Ledger::judge_sale(const Claimed& claimed, const Operation& operation) {
  const Entry& entry = claimed.entry;
  const std::string buyer(text_in(operation.line, "buyer").value_or(""));
  const std::string name = at(entry) + " sells to " + buyer;
  if (text_in(operation.line, "kind") != "sale") return name + " something that is no sale";
  const Effect& taken = operation.effects.front();
  if (operation.effects.size() != 1 || taken.key.text() != "account/" + buyer) {
    return name + ", and takes from " + taken.key.text();
  }
  const Campaign& campaign = *chains_.at(entry.sequence).campaign;
  if (text_in(operation.line, "seller") != campaign.owner.text()) return name + " for a stranger";
  if (campaign.capacity != 0 && number(entry.slot_of(operation)) > campaign.capacity) {
    return name + " beyond the capacity (I3)";
  }
  if (entry.time < campaign.opens_at) return name + " before the campaign opens";
  if (campaign.closes_at != Time{} && entry.time >= campaign.closes_at) {
    return name + " when the campaign is closed";
  }
  return judge_offer(claimed, operation);
}

/// What the campaign asked after the sale before, no more than the buyer agreed to, and times of
/// slots that follow each other.
Wrong Ledger::judge_offer(const Claimed& claimed, const Operation& operation) {
  const Entry& entry = claimed.entry;
  const std::string name = at(entry) + " sells " + operation.intent.text();
  Chain& chain = chains_.at(entry.sequence);
  const std::int64_t amount = number_in(operation.line, "amount").value_or(-1);
  if (number_in(operation.effects.front().details, "amount") != -amount) {
    return name + " for another price than it takes";
  }
  if (amount > number_in(operation.data, "max_price").value_or(-1)) {
    return name + " above the highest price it agreed to";
  }
  if (chain.campaign->pricing->price(chain.last, entry.time) != Cents{amount}) {
    return name + " at a price that the campaign does not ask";
  }
  Time starts = entry.time;
  const auto length = chain.campaign->slot_length;
  if (length.count() > 0 && chain.last) starts = std::max(starts, chain.last->ends_at);
  if (number_in(operation.data, "starts_at") != number(starts) ||
      number_in(operation.data, "ends_at") != number(starts + length)) {
    return name + " for other times than come next";
  }
  chain.last = {.price = Cents{amount}, .sold_at = entry.time, .ends_at = starts + length};
  return {};
}

Wrong Ledger::judge_receipt(const Item& after) {
  const std::string& key = after->key.text();
  const std::size_t part = key.find("/receipt/");
  Claimed* claimed = find(Sequence{key.substr(0, part)},
                          EntryNumber{std::stoull(key.substr(part + sizeof("/receipt/") - 1))});
  if (claimed == nullptr) return key + " is the receipt of no entry";
  if (after->value != write_receipt(claimed->entry)) return key + " is not its entry's receipt";
  if (claimed->entry.is_fence()) return key + " is the receipt of a fence";
  claimed->has_receipt = true;
  for (const Operation& operation : claimed->entry.operations) {
    sales_ += text_in(operation.line, "kind") == "sale" ? 1U : 0U;
  }
  return {};
}

/// I6, I7: it moves forward, over what is settled.
Wrong Ledger::judge_head(const Item& before, const Item& after) {
  const Sequence sequence{after->key.text()};
  const auto head = read_head(after->value, after->key);
  if (!head) return unreadable(head.error());
  if (!before) return judge_new_head(*head, sequence);
  Chain& chain = chains_[sequence];
  const EntryNumber now = head->tip.entry;
  if (now < chain.head) return sequence.name() + " has a head that goes back (I7)";
  if (number(now) > chain.entries.size())
    return sequence.name() + " has a head beyond its end (I6)";
  if (head->settings != chain.settings) return sequence.name() + " has other settings";
  for (EntryNumber next = chain.head + 1; next <= now; next = next + 1) {
    const Claimed& claimed = *find(sequence, next);
    if (!claimed.unsettled.empty()) return at(claimed.entry) + " is published unsettled (I6)";
    if (claimed.has_receipt == claimed.entry.is_fence()) {
      return at(claimed.entry) + " is published without receipt (I6)";
    }
  }
  if (now == chain.head) return {};
  const Entry& last = find(sequence, now)->entry;
  if (!same(head->tip, last.tip(write_entry(last)))) {
    return sequence.name() + " has a head that is not its entry's (I6)";
  }
  chain.head = now;
  return {};
}

Wrong Ledger::judge_new_head(const Head& head, const Sequence& sequence) {
  if (head.tip.entry != EntryNumber{}) return sequence.name() + " begins in the middle";
  Chain& chain = chains_[sequence];
  chain.settings = head.settings;
  if (!sequence.name().starts_with("campaign/")) return {};
  auto campaign = read_campaign(head.settings);
  if (!campaign) return unreadable(campaign.error());
  chain.campaign = *std::move(campaign);
  return {};
}

std::optional<Moment> Ledger::claimed(const RequestKey& request) const {
  const auto found = requests_.find(request.bytes);
  return found == requests_.end() ? std::optional<Moment>() : found->second;
}

std::int64_t Ledger::balance(const std::string& key) const {
  const auto account = accounts_.find(Key(key));
  return account == accounts_.end() ? 0 : account->second.value("balance");
}

bool Ledger::is_published() const {
  return std::all_of(chains_.begin(), chains_.end(), [](const auto& chain) {
    return number(chain.second.head) == chain.second.entries.size();
  });
}

bool Ledger::is_published(const std::string& campaign) const {
  const Chain& chain = chains_.at(Sequence{"campaign/" + campaign});
  return number(chain.head) == chain.entries.size();
}

bool Ledger::is_published(const std::string& campaign, Slot slot) const {
  const Sequence sequence{"campaign/" + campaign};
  const Claimed* last = find(sequence, chains_.at(sequence).head);
  return last != nullptr && slot < last->entry.first_slot + last->entry.operations.size();
}

const Ledger::Claimed* Ledger::find(const Sequence& sequence, EntryNumber number) const {
  const auto chain = chains_.find(sequence);
  const std::uint64_t at = posse::number(number);
  if (chain == chains_.end() || at == 0 || at > chain->second.entries.size()) return nullptr;
  return &chain->second.entries[at - 1];
}

Ledger::Claimed* Ledger::find(const Sequence& sequence, EntryNumber number) {
  return const_cast<Claimed*>(std::as_const(*this).find(sequence, number));
}

}  // namespace posse::sim
