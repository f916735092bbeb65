/// What the shop answers, as JSON: the same over HTTP and from the command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include "shop/shop.h"

namespace posse {

boost::json::object to_json(const AccountView& account);
boost::json::object to_json(const CampaignView& campaign, Time as_of);
boost::json::object to_json(const Sale& sale);
boost::json::object to_json(const SoldSlot& slot);
boost::json::object to_json(const Bought& bought);
boost::json::object to_json(const Booked& booked);
boost::json::object to_json(const Harvested& harvested);
boost::json::object to_json(const Earnings& earnings);
boost::json::object to_json(const Refusal& refusal);

}  // namespace posse
