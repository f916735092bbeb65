/// Reading terms of campaigns.
// SPDX-License-Identifier: Apache-2.0
#include "cli/campaign_terms.h"

#include "core/text.h"

namespace posse {

void add_pricing_options(CLI::App& command, PricingWords& words) {
  command.add_option("--price", words.price, "the price of every slot, in minor units");
  command.add_option("--floor", words.floor,
                     "doubling: each sale doubles the price, which then falls to this");
  command.add_option("--cooldown", words.cooldown,
                     "doubling where slots have no length: seconds until the floor (86400)");
}

std::shared_ptr<const Pricing> read_pricing(const PricingWords& words) {
  std::int64_t cents = 0;
  if (words.price.empty() == words.floor.empty()) {
    usage_error("a campaign needs either --price (always the same) or --floor (doubling)");
    return nullptr;
  }
  if (!words.price.empty()) {
    if (!words.cooldown.empty()) {
      usage_error("--cooldown belongs to --floor: --price is always the same");
      return nullptr;
    }
    if (!read_bounded("--price", words.price, {0, INT64_MAX}, cents)) return nullptr;
    return fixed_pricing(Cents{cents});
  }
  std::int64_t cooldown = 0;
  if (!read_bounded("--floor", words.floor, {1, INT64_MAX}, cents)) return nullptr;
  const std::string text = words.cooldown.empty() ? "86400" : words.cooldown;
  if (!read_bounded("--cooldown", text, {0, slot_seconds_max}, cooldown)) return nullptr;
  return doubling_pricing(Cents{cents}, std::chrono::seconds{cooldown});
}

bool read_bounded(const std::string& what, const std::string& text,
                  std::pair<std::int64_t, std::int64_t> bounds, std::int64_t& value) {
  const auto number = whole_number(text);
  if (number && *number >= bounds.first && *number <= bounds.second) {
    value = *number;
    return true;
  }
  usage_error(what + " must be a whole number from " + std::to_string(bounds.first) + " to " +
              std::to_string(bounds.second));
  return false;
}

bool read_time(const std::string& what, const std::string& text, Time& time) {
  const auto read = from_rfc3339(text);
  if (read && *read > Time{}) {
    time = *read;
    return true;
  }
  usage_error(what + " must be a time in UTC like 2026-01-31T12:00:00Z");
  return false;
}

Exit report_campaign(const Globals& globals, const Result<Answer<CampaignView>>& answer, Time now,
                     const Told& told) {
  if (!answer) return report(answer.error());
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return report(globals, *refusal);
  if (const auto* undecided = std::get_if<Undecided>(&*answer))
    return report_undecided(globals, "the store does not say", undecided->intent.text(), told);
  return report(globals, to_json(std::get<CampaignView>(*answer), now), told);
}

}  // namespace posse
