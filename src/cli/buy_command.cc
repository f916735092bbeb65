/// `posse buy`
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <boost/asio/system_executor.hpp>

#include "cli/commands.h"
#include "cli/node_till.h"
#include "cli/remote.h"

namespace posse {
namespace {

struct Arguments {
  std::string campaign;
  std::string buyer;
  std::string max_price;
  std::string key;
  std::string content;
};

Told told_of(const std::string& key) {
  return {.text = sale_text, .ask_again = "ask again with --key " + key, .key = key};
}

/// Over a node it is the token that says who buys.
RemoteCommand remote(const Purchase& purchase) {
  boost::json::object body{{"max_price", number(purchase.max_price)}};
  if (!purchase.content.empty()) body["content"] = purchase.content;
  return {.ask = {.method = "POST",
                  .target = "/v1/campaigns/" + purchase.campaign.text() + "/purchases",
                  .body = std::move(body),
                  .key = purchase.key.text()},
          .told = told_of(purchase.key.text()),
          .once = false,
          .who = purchase.buyer.text(),
          .who_option = "--as",
          .fits = [purchase](const auto& sale) { return is_sale_of(sale, purchase); }};
}

Task<Exit> buy(Host* host, Globals globals, Purchase purchase) {
  const std::string key = purchase.key.text();
  const auto sale = co_await host->shop().purchases().buy(std::move(purchase));
  co_return report(globals, sale, told_of(key));
}

/// The file's bytes; empty if it cannot be read or is too long.
std::optional<std::string> read_content(const std::string& path) {
  if (path.empty()) return std::string();
  // A byte more than fits, so that a pipe without end is refused too.
  std::string content(content_bytes_max + 1, '\0');
  std::error_code wrong;
  std::ifstream file(path, std::ios::binary);
  if (file.is_open() && !std::filesystem::is_directory(path, wrong)) {
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (!file.bad() && content.size() <= content_bytes_max) return content;
  }
  usage_error("--content must be a readable file of at most " + std::to_string(content_bytes_max) +
              " bytes");
  return {};
}

Exit run(const Globals& globals, const Arguments& arguments) {
  const auto campaign = read_name("CAMPAIGN", arguments.campaign);
  if (!campaign) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto buyer = read_who("--as", arguments.buyer, *place);
  if (!buyer) return Exit::usage;
  const auto max_price = read_number("--max-price", arguments.max_price, 0);
  if (!max_price) return Exit::usage;
  const auto content = read_content(arguments.content);
  if (!content) return Exit::usage;
  const auto key = arguments.key.empty() ? std::optional<Uuid>() : Uuid::from(arguments.key);
  if (!key && !arguments.key.empty()) return usage_error("--key must be a version 7 UUID");
  SystemClock clock(boost::asio::system_executor{});
  SystemRandom random;
  const Purchase purchase{.campaign = *campaign,
                          .buyer = *buyer,
                          .max_price = Cents{*max_price},
                          .key = key ? *key : Uuid::make(clock.now(), random),
                          .content = *content};
  if (*place == Place::node) return ask_nodes(globals, remote(purchase));
  return with_host(globals, [&](Host* host) { return buy(host, globals, purchase); });
}

}  // namespace

void add_buy_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("buy", "Buy the next slot of a campaign");
  command->add_option("CAMPAIGN", arguments->campaign, "what to buy from")->required();
  command->add_option("--as", arguments->buyer, "the account that buys; with --node the token's");
  command->add_option("--max-price", arguments->max_price, "the most to pay, in minor units")
      ->required();
  command->add_option("--key", arguments->key,
                      "version 7 UUID of this purchase; the same again is the same purchase");
  command->add_option("--content", arguments->content, "file with what the slot shows");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
