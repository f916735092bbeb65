/// What the shop answers, as JSON for programs and as text for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json.hpp>

#include "shop/shop.h"

namespace posse {

boost::json::object to_json(const AccountView& account);
boost::json::object to_json(const CampaignView& campaign, Time as_of);
boost::json::object to_json(const Sale& sale);
boost::json::object to_json(const Booked& booked);
boost::json::object to_json(const Harvested& harvested);
boost::json::object to_json(const Refusal& refusal);

std::string to_text(const AccountView& account);
std::string to_text(const CampaignView& campaign);
std::string to_text(const Sale& sale);
std::string to_text(const Booked& booked);
std::string to_text(const Harvested& harvested);

}  // namespace posse
