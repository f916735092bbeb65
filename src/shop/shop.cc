/// The wiring of the shop.
// SPDX-License-Identifier: Apache-2.0
#include "shop/shop.h"

#include "shop/campaign_composer.h"

namespace posse {

Shop::Shop(Doors doors, Announcer& announcer)
    : journal_({doors.store, doors.clock, doors.random, doors.executor}, announcer),
      accounts_(journal_, doors.clock, doors.scan),
      campaigns_(journal_, doors.clock, doors.scan),
      purchases_(journal_),
      payments_(journal_),
      harvest_(journal_),
      slots_(journal_, doors.clock) {
  journal_.compose_with("campaign", std::make_unique<CampaignComposer>(clock_is_trusted_));
}

}  // namespace posse
