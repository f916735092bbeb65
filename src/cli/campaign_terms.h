/// The terms of a campaign, as the command line gives them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/report.h"
#include "shop/campaigns.h"

namespace posse {

/// A price policy; either `price` or `floor` is given.
struct PricingWords {
  std::string price;
  std::string floor;
  std::string cooldown;
};

/// Gives `command` the options `--price`, `--floor` and `--cooldown`.
void add_pricing_options(CLI::App& command, PricingWords& words);

/// The policy; null after a usage error.
std::shared_ptr<const Pricing> read_pricing(const PricingWords& words);

/// Reads what was given as `what`: a number within `bounds`, a time. False after a usage error.
bool read_bounded(const std::string& what, const std::string& text,
                  std::pair<std::int64_t, std::int64_t> bounds, std::int64_t& value);
bool read_time(const std::string& what, const std::string& text, Time& time);

/// An answer of the shop about one campaign, as it looks at `now`.
Exit report_campaign(const Globals& globals, const Result<Answer<CampaignView>>& answer, Time now,
                     const Told& told);

}  // namespace posse
