/// `posse campaign …`
// SPDX-License-Identifier: Apache-2.0
#include "cli/campaign_terms.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "core/fields.h"
#include "core/text.h"

namespace posse {
namespace {

/// Campaigns printed by one list.
constexpr std::size_t list_max = 1000;

struct Arguments {
  std::string id;
  std::string owner;
  std::string title;
  PricingWords pricing;
  std::string slot_seconds = "0";
  std::string capacity;
  std::string opens_at;
  std::string closes_at;
  std::string after;
};

Told told_of_campaign() {
  return {.text = campaign_text, .ask_again = "look whether the campaign is there"};
}

Task<Exit> create(Host* host, Globals globals, Name id, Campaign campaign) {
  const auto created = co_await host->shop().campaigns().create(std::move(id), std::move(campaign));
  co_return report_campaign(globals, created, host->clock().now(), told_of_campaign());
}

Task<Exit> show(Host* host, Globals globals, Name id) {
  const auto shown = co_await host->shop().campaigns().show(std::move(id));
  co_return report_campaign(globals, shown, host->clock().now(), told_of_campaign());
}

Task<Exit> list(Host* host, Globals globals, std::string after) {
  const auto views = co_await host->shop().campaigns().list(std::move(after), list_max);
  if (!views) co_return report(views.error());
  for (const auto& view : *views)
    report(globals, to_json(view, host->clock().now()), campaign_text);
  if (views->empty()) (void)std::fputs("posse: no campaigns\n", stderr);
  co_return Exit::fine;
}

boost::json::object body_of(const Name& id, const Campaign& campaign) {
  boost::json::object body{{"id", id.text()},
                           {"title", campaign.title},
                           {"pricing", campaign.pricing->to_json()},
                           {"slot_seconds", campaign.slot_length.count()}};
  if (campaign.capacity > 0) body["capacity"] = campaign.capacity;
  if (campaign.opens_at != Time{}) body["opens_at"] = rfc3339(campaign.opens_at);
  if (campaign.closes_at != Time{}) body["closes_at"] = rfc3339(campaign.closes_at);
  return body;
}

RemoteCommand remote_create(const Name& id, const Campaign& campaign) {
  return {.ask = {.method = "POST",
                  .target = "/v1/campaigns",
                  .body = body_of(id, campaign),
                  .key = {}},
          .told = told_of_campaign(),
          .once = true,
          .who = campaign.owner.text(),
          .who_option = "--owner"};
}

/// For what only reads.
Told told_of_reading() {
  return {.text = campaign_text, .ask_again = {}};
}

RemoteCommand remote_show(const Name& id) {
  return {.ask = {.method = "GET", .target = "/v1/campaigns/" + id.text(), .body = {}, .key = {}},
          .told = told_of_reading(),
          .once = false,
          .who = {},
          .who_option = {}};
}

/// A page is short: until none comes behind, or there were enough.
Task<Exit> list_of_nodes(NodeClient* client, Globals globals, std::string after) {
  std::size_t listed = 0;
  bool more = true;
  while (more && listed < list_max) {
    Ask ask;
    ask.target = "/v1/campaigns?limit=200&after=" + percent_encoded(after);
    Reply page = co_await client->insist(std::move(ask));
    if (page.status != 200) co_return report(globals, page, told_of_reading());
    const auto* campaigns = page.body.if_contains("campaigns");
    const bool is_list = campaigns != nullptr && campaigns->is_array();
    if (!is_list || !page.body.contains("next")) {
      page.body.clear();
      co_return report(globals, page, told_of_reading());
    }
    for (const auto& campaign : campaigns->get_array()) {
      Reply one{.status = 200, .body = {}, .node = page.node};
      if (campaign.is_object()) one.body = campaign.get_object();
      const Exit told = report(globals, one, told_of_reading());
      if (told != Exit::fine) co_return told;
      if (++listed == list_max) break;
    }
    const auto next = text_in(page.body, "next");
    more = next.has_value();
    after = next.value_or("");
  }
  if (listed == 0) (void)std::fputs("posse: no campaigns\n", stderr);
  co_return Exit::fine;
}

Exit run_create(const Globals& globals, const Arguments& arguments) {
  const auto id = read_name("ID", arguments.id);
  if (!id) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto owner = read_who("--owner", arguments.owner, *place);
  if (!owner) return Exit::usage;
  Campaign campaign{
      .title = arguments.title, .owner = *owner, .pricing = read_pricing(arguments.pricing)};
  std::int64_t seconds = 0;
  std::int64_t capacity = 0;
  if (!campaign.pricing) return Exit::usage;
  if (!read_bounded("--slot-seconds", arguments.slot_seconds, {0, slot_seconds_max}, seconds))
    return Exit::usage;
  if (!arguments.capacity.empty() &&
      !read_bounded("--capacity", arguments.capacity, {1, INT64_MAX}, capacity)) {
    return Exit::usage;
  }
  if (!arguments.opens_at.empty() &&
      !read_time("--opens-at", arguments.opens_at, campaign.opens_at)) {
    return Exit::usage;
  }
  if (!arguments.closes_at.empty() &&
      !read_time("--closes-at", arguments.closes_at, campaign.closes_at)) {
    return Exit::usage;
  }
  campaign.slot_length = std::chrono::seconds{seconds};
  campaign.capacity = static_cast<std::uint64_t>(capacity);
  if (*place == Place::node) return ask_nodes(globals, remote_create(*id, campaign));
  return with_host(globals, [&](Host* host) { return create(host, globals, *id, campaign); });
}

Exit run_show(const Globals& globals, const Arguments& arguments) {
  const auto id = read_name("ID", arguments.id);
  if (!id) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  if (*place == Place::node) return ask_nodes(globals, remote_show(*id));
  return with_host(globals, [&](Host* host) { return show(host, globals, *id); });
}

Exit run_list(const Globals& globals, const Arguments& arguments) {
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  if (*place == Place::node) {
    return with_nodes(globals, [&](NodeClient* client) {
      return list_of_nodes(client, globals, arguments.after);
    });
  }
  return with_host(globals, [&](Host* host) { return list(host, globals, arguments.after); });
}

void add_create(CLI::App* command, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  command->add_option("ID", arguments->id, "a-z 0-9 . _ -, at most 64")->required();
  command->add_option("--owner", arguments->owner,
                      "the account that is paid; with --node the token's");
  command->add_option("--title", arguments->title, "for people, at most 200 bytes");
  add_pricing_options(*command, arguments->pricing);
  command->add_option("--slot-seconds", arguments->slot_seconds,
                      "length of a slot; 0: slots have none");
  command->add_option("--capacity", arguments->capacity, "slots in all; none: no end");
  command->add_option("--opens-at", arguments->opens_at, "UTC, like 2026-01-31T12:00:00Z");
  command->add_option("--closes-at", arguments->closes_at, "UTC, like 2026-01-31T12:00:00Z");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_create(chosen.globals, *arguments); };
  });
}

}  // namespace

void add_campaign_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* campaign = app.add_subcommand("campaign", "Create, change, show and list campaigns");
  campaign->require_subcommand(1);
  add_create(campaign->add_subcommand("create", "Create a campaign"), chosen);
  add_campaign_change_command(*campaign, chosen);

  auto arguments = std::make_shared<Arguments>();
  CLI::App* look = campaign->add_subcommand("show", "Show a campaign and what its next slot costs");
  look->add_option("ID", arguments->id, "the campaign")->required();
  add_place_options(*look, chosen);
  look->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_show(chosen.globals, *arguments); };
  });

  CLI::App* all = campaign->add_subcommand("list", "List campaigns, with --json one object a line");
  all->add_option("--after", arguments->after, "start behind this id");
  add_place_options(*all, chosen);
  all->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_list(chosen.globals, *arguments); };
  });
}

}  // namespace posse
