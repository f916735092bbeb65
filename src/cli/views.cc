/// The shop's answers for people.
// SPDX-License-Identifier: Apache-2.0
#include "cli/views.h"

#include "core/text.h"

namespace posse {
namespace {

std::string amount(Cents cents) {
  return with_thousands(static_cast<std::uint64_t>(number(cents)));
}

}  // namespace

std::string to_text(const AccountView& account) {
  std::string text = account.name.text() + " (" + account.role + "): balance " +
                     amount(account.balance) + ", can spend " + amount(account.spendable) + ", " +
                     with_thousands(account.settled) +
                     (account.settled == 1 ? " operation" : " operations") + " settled\n";
  for (const auto& hold : account.holds) {
    text += "  undecided: " + hold.intent.text() + " in " + hold.sequence.name() + ", entries " +
            std::to_string(number(hold.first)) + " to " + std::to_string(number(hold.last)) + "\n";
  }
  return text;
}

std::string to_text(const CampaignView& view) {
  std::string text = view.id.text() + " by " + view.campaign.owner.text();
  if (!view.campaign.title.empty()) text += " \"" + view.campaign.title + "\"";
  text += ": " + with_thousands(number(view.tip.slot)) + " sold, ";
  if (const auto* offer = std::get_if<Offer>(&view.next))
    text += "the next costs " + amount(offer->price);
  else
    text += std::get<Refusal>(view.next).detail;
  return text + "\n";
}

std::string to_text(const Sale& sale) {
  return std::string(sale.repeated ? "bought before: " : "sold: ") + "slot " +
         with_thousands(number(sale.slot)) + " of " + sale.campaign.text() + " for " +
         amount(sale.price) + " (entry " + std::to_string(number(sale.entry)) + ", key " +
         sale.key.text() + ")\n";
}

std::string to_text(const Booked& booked) {
  return std::string(booked.repeated ? "booked before: " : "booked: ") +
         amount(booked.payment.amount) + " for " + booked.payment.account.text() + " (reference " +
         booked.payment.reference + ")\n";
}

std::string to_text(const Harvested& harvested) {
  std::string text;
  for (const auto& [campaign, sum] : harvested.paid)
    text += "paid " + amount(sum) + " from " + campaign + "\n";
  if (text.empty()) text = "nothing to pay\n";
  return text + "balance " + amount(harvested.balance) + "\n";
}

}  // namespace posse
