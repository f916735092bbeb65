/// What the shop answers, as text for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shop/shop.h"

namespace posse {

std::string to_text(const AccountView& account);
std::string to_text(const CampaignView& campaign);
std::string to_text(const Sale& sale);
std::string to_text(const Booked& booked);
std::string to_text(const Harvested& harvested);

}  // namespace posse
