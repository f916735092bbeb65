/// `posse campaign change`
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "cli/campaign_terms.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "core/fields.h"
#include "core/text.h"

namespace posse {
namespace {

/// Takes an end away.
constexpr const char* none = "none";

struct Arguments {
  std::string id;
  std::string owner;
  std::optional<std::string> title;  // an empty one is a title, too
  PricingWords pricing;
  std::string capacity;
  std::string closes_at;
};

/// What is asked for.
struct Change {
  Name id;
  Name owner;
  CampaignChange terms;
};

Told told_of_change() {
  return {.text = campaign_text, .ask_again = "look at the campaign, then change it again"};
}

Task<Exit> change(Host* host, Globals globals, Change wanted) {
  const auto changed = co_await host->shop().campaigns().change(
      std::move(wanted.id), std::move(wanted.owner), std::move(wanted.terms));
  co_return report_campaign(globals, changed, host->clock().now(), told_of_change());
}

boost::json::object body_of(const CampaignChange& terms) {
  boost::json::object body;
  if (terms.title) body["title"] = *terms.title;
  if (terms.pricing) body["pricing"] = terms.pricing->to_json();
  if (terms.capacity) {
    body["capacity"] = nullptr;
    if (*terms.capacity > 0) body["capacity"] = *terms.capacity;
  }
  if (terms.closes_at) {
    body["closes_at"] = nullptr;
    if (*terms.closes_at != Time{}) body["closes_at"] = rfc3339(*terms.closes_at);
  }
  return body;
}

/// Asked a single time: again, it could undo what somebody else has changed meanwhile.
RemoteCommand remote(const Change& wanted) {
  const std::string id = wanted.id.text();
  return {.ask = {.method = "PATCH",
                  .target = "/v1/campaigns/" + id,
                  .body = body_of(wanted.terms),
                  .key = {}},
          .told = told_of_change(),
          .once = true,
          .who = wanted.owner.text(),
          .who_option = "--owner",
          .fits = [id](const auto& campaign) { return text_in(campaign, "id") == id; }};
}

/// False after a usage error.
bool read_new_pricing(const PricingWords& words, CampaignChange& terms) {
  if (words.price.empty() && words.floor.empty() && words.cooldown.empty()) return true;
  if (!words.floor.empty() && words.cooldown.empty()) {
    usage_error("--floor needs --cooldown: a change gives both");
    return false;
  }
  terms.pricing = read_pricing(words);
  return terms.pricing != nullptr;
}

/// False after a usage error.
bool read_ends(const Arguments& arguments, CampaignChange& terms) {
  std::int64_t capacity = 0;
  Time closes_at{};
  if (!arguments.capacity.empty()) {
    const bool is_end = arguments.capacity != none;
    if (is_end && !read_bounded("--capacity", arguments.capacity, {1, INT64_MAX}, capacity))
      return false;
    terms.capacity = static_cast<std::uint64_t>(capacity);
  }
  if (!arguments.closes_at.empty()) {
    const bool is_end = arguments.closes_at != none;
    if (is_end && !read_time("--closes-at", arguments.closes_at, closes_at)) return false;
    terms.closes_at = closes_at;
  }
  return true;
}

Exit run(const Globals& globals, const Arguments& arguments) {
  const auto id = read_name("ID", arguments.id);
  if (!id) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto owner = read_who("--owner", arguments.owner, *place);
  if (!owner) return Exit::usage;
  Change wanted{.id = *id, .owner = *owner, .terms = {}};
  wanted.terms.title = arguments.title;
  if (!read_new_pricing(arguments.pricing, wanted.terms)) return Exit::usage;
  if (!read_ends(arguments, wanted.terms)) return Exit::usage;
  if (body_of(wanted.terms).empty()) {
    return usage_error(
        "a change needs --title, --price, --floor, --capacity or --closes-at to say what changes");
  }
  if (*place == Place::node) return ask_nodes(globals, remote(wanted));
  return with_host(globals, [&](Host* host) { return change(host, globals, wanted); });
}

}  // namespace

void add_campaign_change_command(CLI::App& campaign, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = campaign.add_subcommand(
      "change", "Change what is given of a campaign; the rest, and what is sold, stays");
  command->add_option("ID", arguments->id, "the campaign")->required();
  command->add_option("--owner", arguments->owner, "its owner; with --node the token's");
  command->add_option("--title", arguments->title, "for people, at most 200 bytes");
  add_pricing_options(*command, arguments->pricing);
  command->add_option("--capacity", arguments->capacity,
                      "slots in all, not less than before; `none`: no end");
  command->add_option("--closes-at", arguments->closes_at,
                      "UTC, like 2026-01-31T12:00:00Z; `none`: no end");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
