/// Summing receipts and moving the cursor.
// SPDX-License-Identifier: Apache-2.0
#include "shop/harvest.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"
#include "core/limits.h"
#include "core/turn.h"
#include "shop/accounts.h"

namespace posse {
namespace json = boost::json;
namespace {

/// Entries paid by one swap: bounds what a crash has to do again.
constexpr std::uint64_t chunk_entries = 1000;

/// Entries read to say what is due: a page waits for it.
constexpr std::uint64_t due_entries_max = 5000;

EntryNumber cursor(const json::object& campaigns, const std::string& campaign) {
  const json::value* paid = campaigns.if_contains(campaign);
  return EntryNumber{paid == nullptr ? 0 : static_cast<std::uint64_t>(paid->as_int64())};
}

}  // namespace

/// Up to where each campaign of the seller was paid.
Task<Result<Answer<Harvest::Cursors>>> Harvest::cursors(Name seller) {
  const auto account = co_await journal_.participants().get(account_key(seller));
  if (!account) co_return account.error();
  if (!*account) co_return refuse("unknown_account", "there is no account `" + seller.text() + "`");
  if (auto wrong = misshapen(seller, **account)) co_return *std::move(wrong);
  Cursors cursors;
  const json::object& campaigns = (*account)->data.at("campaigns").as_object();
  for (const auto& [id, paid] : campaigns) cursors.emplace(id, cursor(campaigns, id));
  co_return cursors;
}

Task<Result<Answer<Earnings>>> Harvest::due(Name seller) {
  const auto from = co_await cursors(seller);
  if (!from) co_return from.error();
  if (const auto* refusal = std::get_if<Refusal>(&*from)) co_return *refusal;
  Earnings earnings;
  std::uint64_t left = due_entries_max;
  for (const auto& [campaign, paid] : std::get<Cursors>(*from)) {
    const auto head = co_await newest_settled(campaign);
    if (!head) co_return head.error();
    if (paid >= *head) continue;
    if (left == 0) {
      earnings.complete = false;
      break;
    }
    const Field part{.seller = seller,
                     .campaign = campaign,
                     .paid = paid,
                     .head = EntryNumber{std::min(number(*head), number(paid) + left)}};
    const auto chunk = co_await reap(part);
    if (!chunk) co_return chunk.error();
    earnings.due[campaign] = Cents{chunk->sum};
    left -= number(chunk->until) - number(paid);
    if (chunk->until < *head) earnings.complete = false;
  }
  co_return earnings;
}

Task<Result<Answer<Harvested>>> Harvest::run(Name seller) {
  const auto from = co_await cursors(seller);
  if (!from) co_return from.error();
  if (const auto* refusal = std::get_if<Refusal>(&*from)) co_return *refusal;
  Harvested harvested;
  for (const auto& [campaign, first] : std::get<Cursors>(*from)) {
    for (;;) {
      const auto field = co_await this->field(seller, campaign);
      if (!field) co_return field.error();
      if (field->paid >= field->head) break;
      const auto chunk = co_await reap(*field);
      if (!chunk) co_return chunk.error();
      const auto paid = co_await pay(*field, *chunk);
      if (!paid) co_return paid.error();
      if (*paid == Paid::too_much) {
        co_return refuse("amount_too_large", "the balance of `" + seller.text() +
                                                 "` cannot hold what " + campaign + " owes it");
      }
      if (*paid == Paid::by_us)
        harvested.paid[campaign] = Cents{number(harvested.paid[campaign]) + chunk->sum};
    }
  }
  const auto after = co_await journal_.participants().get(account_key(seller));
  if (!after) co_return after.error();
  if (*after) harvested.balance = Cents{(*after)->value("balance")};
  co_return harvested;
}

/// From where to where a campaign may be paid.
Task<Result<Harvest::Field>> Harvest::field(Name seller, std::string campaign) {
  const auto account = co_await journal_.participants().get(account_key(seller));
  if (!account) co_return account.error();
  const auto head = co_await newest_settled(campaign);
  if (!head) co_return head.error();
  Field field{.seller = std::move(seller), .campaign = campaign, .paid = {}, .head = *head};
  if (*account) field.paid = cursor((*account)->data.at("campaigns").as_object(), campaign);
  co_return field;
}

/// The head's entry; zero if there is no such campaign.
Task<Result<EntryNumber>> Harvest::newest_settled(std::string campaign) {
  co_await give_way();
  const auto id = Name::from(campaign);
  if (!id) co_return EntryNumber{};
  const auto head = co_await journal_.sequences().head(campaign_sequence(*id));
  if (!head) co_return head.error();
  co_return *head ? (*head)->head.tip.entry : EntryNumber{};
}

Task<Result<Harvest::Chunk>> Harvest::reap(Field field) {
  Chunk chunk{.until =
                  EntryNumber{std::min(number(field.head), number(field.paid) + chunk_entries)}};
  for (EntryNumber entry = field.paid + 1; entry <= chunk.until; entry = entry + 1) {
    const auto sum = co_await worth(field, entry);
    if (!sum) co_return sum.error();
    std::int64_t more = 0;
    if (__builtin_add_overflow(chunk.sum, *sum, &more)) {
      if (entry == field.paid + 1) co_return Error{Errc::unreadable, "a receipt beyond all money"};
      chunk.until = EntryNumber{number(entry) - 1};
      break;
    }
    chunk.sum = more;
  }
  co_return chunk;
}

/// What the receipt of `entry` owes the seller. An entry without a receipt below the head is a
/// fence: nothing was sold there.
Task<Result<std::int64_t>> Harvest::worth(Field field, EntryNumber entry) {
  co_await give_way();
  const Sequence sequence = campaign_sequence(*Name::from(field.campaign));
  const auto receipt = co_await journal_.sequences().receipt(sequence, entry);
  if (!receipt) co_return receipt.error();
  if (!*receipt) {
    const auto stored = co_await journal_.sequences().entry(sequence, entry);
    if (!stored) co_return stored.error();
    if (*stored && (*stored)->entry->is_fence()) co_return 0;
    co_return Error{Errc::contended,
                    sequence.receipt(entry).text() + ": is below the head, reads deny it"};
  }
  std::int64_t sum = 0;
  for (const auto& line : (*receipt)->lines) {
    if (text_in(line, "kind") != "sale" || text_in(line, "seller") != field.seller.text()) continue;
    const auto amount = number_in(line, "amount");
    if (!amount || *amount < 0 || __builtin_add_overflow(sum, *amount, &sum)) {
      co_return Error{Errc::unreadable,
                      sequence.receipt(entry).text() + ": has amounts that are no money"};
    }
  }
  co_return sum;
}

/// One swap: the sum in, the cursor on.
Task<Result<Harvest::Paid>> Harvest::pay(Field field, Chunk chunk) {
  Paid paid = Paid::by_us;
  Decision decision = [&](Participant& account) {
    json::object& campaigns = account.data.at("campaigns").as_object();
    const EntryNumber now = cursor(campaigns, field.campaign);
    // At the chunk's end: a swap of ours that was unknown is here, or somebody paid the same chunk.
    paid = now == field.paid ? Paid::by_us : Paid::by_another;
    if (paid == Paid::by_another) return Verdict::keep;
    std::int64_t highest = 0;
    if (__builtin_add_overflow(account.highest("balance"), chunk.sum, &highest)) {
      paid = Paid::too_much;
      return Verdict::keep;
    }
    campaigns[field.campaign] = static_cast<std::int64_t>(number(chunk.until));
    account.change("balance", chunk.sum);
    return Verdict::write;
  };
  const auto updated =
      co_await journal_.participants().update(account_key(field.seller), std::move(decision));
  if (!updated) co_return updated.error();
  co_return paid;
}

}  // namespace posse
