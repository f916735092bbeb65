/// Campaigns: creating, showing, listing them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "posse/scan.h"
#include "shop/answer.h"
#include "shop/campaign.h"
#include "shop/campaign_composer.h"
#include "shop/name.h"

namespace posse {

/// A campaign as reads show it.
struct CampaignView {
  Name id;
  Campaign campaign;
  Tip head;  ///< Completely settled up to here.
  Tip tip;   ///< Sold up to here.
  std::optional<LastSale> last;
  std::variant<Offer, Refusal> next;  ///< What the next slot is offered for, or why it is not.
};

/// A campaign as its head, and what it has sold up to `tip`, show it at `now`.
/// Errors: `unreadable`, naming the field.
Result<CampaignView> view_of(Name id, Head head, Tip tip, Time now);

/// The same from the head alone, as a read showed it: sold is what is published.
/// Errors: `unreadable`, naming the field.
Result<CampaignView> view_of(const Name& id, const Document& head, Time now);

/// What an owner may change of a campaign; what is empty stays. Slots that are sold stay as they
/// are, so the capacity may only grow; zero: no end.
struct CampaignChange {
  std::optional<std::string> title;
  std::shared_ptr<const Pricing> pricing;
  std::optional<std::uint64_t> capacity;
  std::optional<Time> closes_at;
};

/// Campaigns one account may own: their cursors stand in its document.
inline constexpr std::size_t campaigns_per_owner_max = 1000;

/// Errors: the store's, `unreadable`, `contended`.
class Campaigns {
 public:
  Campaigns(Journal& journal, Clock& clock, Scan& scan)
      : journal_(journal), clock_(clock), scan_(scan) {}

  /// Refused: `exists`, `unknown_account` (the owner), `too_many_campaigns`, `bad_request`.
  Task<Result<Answer<CampaignView>>> create(Name id, Campaign campaign);

  /// Changes what `change` gives. Whoever buys within 100 ms of it may still be answered by the
  /// terms before, and no later. Refused: `unknown_campaign`, `not_the_owner`, `bad_request`.
  Task<Result<Answer<CampaignView>>> change(Name id, Name owner, CampaignChange change);

  /// Refused: `unknown_campaign`.
  Task<Result<Answer<CampaignView>>> show(Name id);

  /// Up to `items_max` campaigns whose ids come after `after`, in order.
  Task<Result<std::vector<CampaignView>>> list(std::string after, std::size_t items_max);

 private:
  Task<Result<std::optional<Refusal>>> register_with_owner(Name id, Name owner);
  Task<Result<CampaignView>> view(Name id, Head head);

  Journal& journal_;
  Clock& clock_;
  Scan& scan_;
};

}  // namespace posse
