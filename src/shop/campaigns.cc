/// Campaigns as sequences.
// SPDX-License-Identifier: Apache-2.0
#include "shop/campaigns.h"

#include <utility>

#include "core/fields.h"
#include "core/limits.h"
#include "shop/accounts.h"
#include "shop/scan_pages.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::string_view prefix = "campaign/";

/// Those of ASCII and, in UTF-8, of Unicode's Latin-1 block: what they do to a terminal is not said
/// by what a page shows.
bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte != 0xc2 || i + 1 == text.size()) continue;
    if (const auto next = static_cast<unsigned char>(text[i + 1]); next >= 0x80 && next < 0xa0)
      return true;
  }
  return false;
}

std::optional<Refusal> wrong(const Campaign& campaign) {
  if (campaign.title.size() > title_bytes_max) {
    return bad_argument("title", "must be at most " + std::to_string(title_bytes_max) + " bytes");
  }
  if (has_control_characters(campaign.title)) {
    return bad_argument("title", "must have no control characters");
  }
  if (campaign.closes_at != Time{} && campaign.closes_at <= campaign.opens_at) {
    return bad_argument("closes_at", "must come after opens_at");
  }
  // What cannot be read back must not be written; this also finds text that is no UTF-8.
  JsonMemory memory;
  const auto readable = parse_json(json::serialize(write_campaign(campaign)), "campaign", memory);
  if (!readable) return bad_argument("title", "must be UTF-8 text");
  const auto same = read_campaign(readable->as_object());
  if (!same) return refuse("bad_request", same.error().detail);
  return {};
}

Campaign changed(Campaign campaign, const CampaignChange& change) {
  if (change.title) campaign.title = *change.title;
  if (change.pricing) campaign.pricing = change.pricing;
  if (change.capacity) campaign.capacity = *change.capacity;
  if (change.closes_at) campaign.closes_at = *change.closes_at;
  return campaign;
}

/// Zero is no end.
bool shrinks(const Campaign& before, const Campaign& after) {
  if (after.capacity == 0) return false;
  return before.capacity == 0 || after.capacity < before.capacity;
}

}  // namespace

Result<CampaignView> view_of(Name id, Head head, Tip tip, Time now) {
  auto campaign = read_campaign(head.settings);
  if (!campaign) return campaign.error();
  const auto last = read_last_sale(tip.state);
  if (!last) return last.error();
  auto next = offer(*campaign, *last, tip.slot + 1, std::max(now, tip.time));
  return CampaignView{.id = std::move(id),
                      .campaign = *std::move(campaign),
                      .head = std::move(head.tip),
                      .tip = std::move(tip),
                      .last = *last,
                      .next = std::move(next)};
}

Result<CampaignView> view_of(const Name& id, const Document& head, Time now) {
  auto read = read_head(head.value, campaign_sequence(id).head());
  if (!read) return read.error();
  const Tip tip = read->tip;
  return view_of(id, *std::move(read), tip, now);
}

Task<Result<Answer<CampaignView>>> Campaigns::create(Name id, Campaign campaign) {
  if (auto refusal = wrong(campaign)) co_return *std::move(refusal);
  if (campaign.closes_at != Time{} && campaign.closes_at <= clock_.now()) {
    co_return bad_argument("closes_at", "must be in the future");
  }
  const auto known = co_await journal_.sequences().head(campaign_sequence(id));
  if (!known) co_return known.error();
  if (*known) co_return refuse("exists", "there is a campaign `" + id.text() + "` already");
  auto registered = co_await register_with_owner(id, campaign.owner);
  if (!registered) co_return registered.error();
  if (*registered) co_return **std::move(registered);

  const json::object settings = write_campaign(campaign);
  for (int adds = 0; adds < failures_max; ++adds) {
    const auto created = co_await journal_.sequences().create_head(campaign_sequence(id), settings);
    if (!created) co_return created.error();
    if (*created == Write::unknown) continue;  // the same add again
    if (*created == Write::refused) {
      // After an unknown one it may be our own: then it has our settings.
      const auto there = co_await journal_.sequences().head(campaign_sequence(id));
      if (!there) co_return there.error();
      const bool ours = adds > 0 && *there && (*there)->head.settings == settings;
      if (!ours) co_return refuse("exists", "there is a campaign `" + id.text() + "` already");
    }
    co_return co_await show(id);
  }
  co_return Answer<CampaignView>(Undecided{});
}

/// Gives the campaign a cursor in its owner's account, before there is anything to be paid. A
/// cursor without a campaign does no harm: a harvest pays only what names its seller.
Task<Result<std::optional<Refusal>>> Campaigns::register_with_owner(Name id, Name owner) {
  std::optional<Refusal> refusal;
  std::optional<Error> damage;
  Decision decision = [&](Participant& account) {
    refusal.reset();
    damage = misshapen(owner, account);
    if (damage) return Verdict::keep;
    json::object& campaigns = account.data.at("campaigns").as_object();
    if (campaigns.contains(id.text())) return Verdict::keep;
    if (campaigns.size() >= campaigns_per_owner_max) {
      refusal =
          refuse("too_many_campaigns", "an account owns at most " +
                                           std::to_string(campaigns_per_owner_max) + " campaigns");
      return Verdict::keep;
    }
    campaigns[id.text()] = 0;
    return Verdict::write;
  };
  const auto updated =
      co_await journal_.participants().update(account_key(owner), std::move(decision));
  if (!updated) co_return updated.error();
  if (damage) co_return *std::move(damage);
  if (*updated == Updated::absent) {
    refusal = refuse("unknown_account", "there is no account `" + owner.text() + "` to own it");
  }
  co_return refusal;
}

Task<Result<Answer<CampaignView>>> Campaigns::change(Name id, Name owner, CampaignChange change) {
  const Sequence sequence = campaign_sequence(id);
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto head = co_await journal_.sequences().head(sequence);
    if (!head) co_return head.error();
    if (!*head) co_return refuse("unknown_campaign", "there is no campaign `" + id.text() + "`");
    const auto before = read_campaign((*head)->head.settings);
    if (!before) co_return before.error();
    if (before->owner != owner) {
      co_return refuse("not_the_owner", id.text() + " belongs to another account");
    }
    const Campaign after = changed(*before, change);
    if (auto refusal = wrong(after)) co_return *std::move(refusal);
    if (shrinks(*before, after)) {
      const std::string now = before->capacity == 0 ? "none" : std::to_string(before->capacity);
      co_return bad_argument("capacity", "can only grow, and there is " + now + " now");
    }
    json::object settings = write_campaign(after);
    if (settings == (*head)->head.settings) co_return co_await show(id);
    const auto written =
        co_await journal_.sequences().change_settings(sequence, **head, std::move(settings));
    if (!written) co_return written.error();
    if (*written == Write::done) co_return co_await show(id);
    // Refused or unknown: the head moved, or has our settings already; the next read tells.
  }
  co_return Error{Errc::contended, id.text() + ": its head changes each time"};
}

Task<Result<Answer<CampaignView>>> Campaigns::show(Name id) {
  auto head = co_await journal_.sequences().head(campaign_sequence(id));
  if (!head) co_return head.error();
  if (!*head) co_return refuse("unknown_campaign", "there is no campaign `" + id.text() + "`");
  auto shown = co_await view(id, (*head)->head);
  if (!shown) co_return shown.error();
  co_return *std::move(shown);
}

Task<Result<CampaignView>> Campaigns::view(Name id, Head head) {
  auto tip = co_await journal_.sequences().newest_tip(campaign_sequence(id), head.tip);
  if (!tip) co_return tip.error();
  co_return view_of(std::move(id), std::move(head), *std::move(tip), clock_.now());
}

Task<Result<std::vector<CampaignView>>> Campaigns::list(std::string after, std::size_t items_max) {
  std::vector<CampaignView> views;
  ScanTops tops(ScanReader(scan_, clock_, Bite::small), std::string(prefix));
  if (!after.empty()) tops.go_after(std::string(prefix) + after);
  while (!tops.ended() && views.size() < items_max) {
    const auto page = co_await tops.next();
    if (!page) co_return page.error();
    for (const auto& listed : page->tops) {
      const auto name = Name::from(listed.key.text().substr(prefix.size()));
      if (!name) continue;  // not ours
      if (views.size() == items_max) break;
      const auto head = read_head(listed.document.value, listed.key);
      if (!head) co_return head.error();
      auto shown = co_await view(*name, *head);
      if (!shown) co_return shown.error();
      views.push_back(*std::move(shown));
    }
  }
  co_return views;
}

}  // namespace posse
