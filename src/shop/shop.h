/// The shop of one node: everything that sells, wired together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "journal/journal.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/scan.h"
#include "posse/store.h"
#include "shop/accounts.h"
#include "shop/campaigns.h"
#include "shop/harvest.h"
#include "shop/payments.h"
#include "shop/purchases.h"
#include "shop/slots.h"

namespace posse {

/// Lives on one executor, with everything it is given; close() it before it goes.
class Shop {
 public:
  struct Doors {
    Store& store;
    Scan& scan;
    Clock& clock;
    Random& random;
    boost::asio::any_io_executor executor;
  };

  Shop(Doors doors, Announcer& announcer);

  Accounts& accounts() { return accounts_; }
  Campaigns& campaigns() { return campaigns_; }
  Purchases& purchases() { return purchases_; }
  Payments& payments() { return payments_; }
  Harvest& harvest() { return harvest_; }
  Slots& slots() { return slots_; }
  Journal& journal() { return journal_; }

  /// Whether this node may sell what depends on the time; until told otherwise, it may.
  void trust_clock(bool trusted) { clock_is_trusted_ = trusted; }

  /// Waits until everything sold here is settled, or left to the posse by an error.
  Task<void> close() { return journal_.close(); }

 private:
  bool clock_is_trusted_ = true;
  Journal journal_;
  Accounts accounts_;
  Campaigns campaigns_;
  Purchases purchases_;
  Payments payments_;
  Harvest harvest_;
  Slots slots_;
};

}  // namespace posse
